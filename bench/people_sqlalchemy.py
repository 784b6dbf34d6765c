"""People by SQLAlchemy, as its manual shows it; prints the time of one in nanoseconds.

people_sqlalchemy.py URI scan|get orm|core N     N rows of a scan, or N people by key
"""
import sys
import time

from sqlalchemy import BigInteger, Column, Date, Text, bindparam, create_engine, select
from sqlalchemy.orm import Session, declarative_base

uri, what, how, n_timed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
for ours, theirs in (("postgresql:", "postgresql+psycopg2:"), ("mariadb:", "mysql+pymysql:")):
    if uri.startswith(ours):
        uri = theirs + uri[len(ours):]
engine = create_engine(uri)
Base = declarative_base()


class Person(Base):
    __tablename__ = "person"
    id = Column(BigInteger, primary_key=True)
    first_name = Column(Text, nullable=False)
    last_name = Column(Text, nullable=False)
    born = Column(Date)
    country = Column(Text, nullable=False)


table = Person.__table__


def keys(n):
    return [i * 7919 % 10000 + 1 for i in range(n)]


def scan_orm(n):
    with Session(engine) as session:
        return len(session.query(Person).limit(n).all())


def scan_core(n):
    with engine.connect() as connection:
        return len(connection.execute(select(table).limit(n)).all())


def get_orm(n):
    with Session(engine) as session:
        return sum(session.get(Person, key).id == key for key in keys(n))


def get_core(n):
    by_key = select(table).where(table.c.id == bindparam("key"))
    with engine.connect() as connection:
        return sum(
            connection.execute(by_key, {"key": key}).one().id == key for key in keys(n)
        )


work = globals()[what + "_" + how]
work(1)  # connects, and compiles what is compiled once
start = time.perf_counter_ns()
if work(n_timed) != n_timed:
    sys.exit("not " + str(n_timed))
print((time.perf_counter_ns() - start) / n_timed)
