"""The commits of bench/unit.c with SQLAlchemy's ORM: unit_sqlalchemy.py URI

Prints the microseconds for one object, medians of 3."""
import datetime
import statistics
import sys
import time

from sqlalchemy import BigInteger, Column, Date, Integer, Text, create_engine
from sqlalchemy.orm import Session, declarative_base

N = 10000
Base = declarative_base()


class Person(Base):
    __tablename__ = "person_orm"
    id = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    first_name = Column(Text, nullable=False)
    last_name = Column(Text, nullable=False)
    born = Column(Date)
    country = Column(Text, nullable=False)


def people(n):
    return [
        Person(first_name=f"First {i}", last_name=f"Last {i}",
               born=datetime.date(1900, 1, 1), country="Norway")
        for i in range(n)
    ]


def commit(session):
    start = time.perf_counter()
    session.commit()
    return (time.perf_counter() - start) * 1e6 / N


def run(engine):
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(people(N))
        new = commit(session)
    with Session(engine) as session:
        for person in session.query(Person).all():
            person.country = "Elsewhere"
        changed = commit(session)
    with Session(engine) as session:
        for person in session.query(Person).all():
            session.delete(person)
        deleted = commit(session)
    Base.metadata.drop_all(engine)
    return new, changed, deleted


def main():
    uri = sys.argv[1]
    if uri.startswith("mariadb"):
        uri = "mysql+pymysql" + uri[len("mariadb"):] + "?charset=utf8mb4"
    engine = create_engine(uri)
    rounds = [run(engine) for _ in range(3)]
    new, changed, deleted = (statistics.median(times) for times in zip(*rounds))
    print(f"{new:.1f} us new, {changed:.1f} us changed, {deleted:.1f} us deleted")


main()
