"""/people and /people/{id} with FastAPI and SQLAlchemy, as their manuals show it."""
import datetime
import os
from typing import List, Optional

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, Date, Text, create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker

uri = os.environ["DATABASE_URI"]
engine = create_engine(
    uri, connect_args={"check_same_thread": False} if uri.startswith("sqlite") else {}
)
LocalSession = sessionmaker(bind=engine)
Base = declarative_base()
app = FastAPI()


class Person(Base):
    __tablename__ = "person"
    id = Column(BigInteger, primary_key=True)
    first_name = Column(Text, nullable=False)
    last_name = Column(Text, nullable=False)
    born = Column(Date)
    country = Column(Text, nullable=False)


class PersonOut(BaseModel):
    id: int
    first_name: str
    last_name: str
    born: Optional[datetime.date]
    country: str

    class Config:
        orm_mode = True


def session():
    with LocalSession() as db:
        yield db


@app.get("/people", response_model=List[PersonOut])
def people(db: Session = Depends(session)):
    return db.query(Person).order_by(Person.id).all()


@app.get("/people/{person_id}", response_model=PersonOut)
def person(person_id: int, db: Session = Depends(session)):
    found = db.get(Person, person_id)
    if found is None:
        raise HTTPException(404)
    return found
