"""A MariaDB that is none: after the TLS handshake it asks for the password as it is.

    rogue_mariadb.py PORT CERTIFICATE KEY

It serves one connection of the loopback and prints, in hexadecimal, what it is told over TLS.
"""
import socket
import ssl
import struct
import sys

PROTOCOL_41, SSL, SECURE, PLUGIN_AUTH, CONNECT_WITH_DB = 0x200, 0x800, 0x8000, 0x80000, 0x8
CAPABILITIES = PROTOCOL_41 | SSL | SECURE | PLUGIN_AUTH | CONNECT_WITH_DB


def packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def hello():
    low, high = struct.pack("<I", CAPABILITIES)[:2], struct.pack("<I", CAPABILITIES)[2:]
    return (b"\x0a10.11.0-MariaDB\0" + struct.pack("<I", 1) + b"12345678\0" + low
            + b"\x2d\x02\x00" + high + b"\x15" + bytes(10)
            + b"123456789012\0mysql_native_password\0")


def main(port, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(port)))
    listener.listen(1)
    print("listening", flush=True)
    peer, _ = listener.accept()
    peer.settimeout(20)
    peer.sendall(packet(0, hello()))
    print("TLS wanted", len(peer.recv(36)), flush=True)  # 36 bytes ask for TLS
    try:
        peer = context.wrap_socket(peer, server_side=True)
        told = peer.recv(4096)
        print(told.hex(), flush=True)
        if told:
            peer.sendall(packet(told[3] + 1, b"\xfemysql_clear_password\0"))
            print(peer.recv(4096).hex(), flush=True)
    except OSError as error:
        print(error)


main(*sys.argv[1:])
