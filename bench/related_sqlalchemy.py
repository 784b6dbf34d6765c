"""10,000 parents with their children by SQLAlchemy's selectinload; prints the median time of
several loads, in nanoseconds."""
import statistics
import sys
import time

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Text, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload

uri = sys.argv[1]
for theirs, ours in (
    ("postgresql+psycopg2:", "postgresql:"),
    ("mysql+pymysql:", "mariadb:"),
):
    if uri.startswith(ours):
        uri = theirs + uri[len(ours):]
engine = create_engine(uri)
Base = declarative_base()


class Parent(Base):
    __tablename__ = "bench_parent"
    id = Column(BigInteger, primary_key=True)
    name = Column(Text, nullable=False)
    children = relationship("Child")


class Child(Base):
    __tablename__ = "bench_child"
    id = Column(BigInteger, primary_key=True)
    parent_id = Column(BigInteger, ForeignKey("bench_parent.id"), nullable=False)
    title = Column(Text, nullable=False)
    year = Column(Integer, nullable=False)


def load():
    start = time.perf_counter_ns()
    with Session(engine) as session:
        query = session.query(Parent).order_by(Parent.id)
        parents = query.options(selectinload(Parent.children)).all()
        assert sum(len(parent.children) for parent in parents) == 100000
    return time.perf_counter_ns() - start


load()
print(statistics.median(load() for _ in range(3)))
