"""Output formats for `parse()`, in pydantic, which both libraries take."""

from enum import Enum
from typing import Literal

from pydantic import BaseModel, Field


class Plain(BaseModel):
    name: str
    age: int


class Mood(Enum):
    CALM = "calm"
    ROUGH = "rough"


class Place(BaseModel):
    """Where something is."""

    latitude: float
    longitude: float


class Rich(BaseModel):
    title: str = Field(description="What it is called", min_length=1, max_length=80)
    rating: int = Field(ge=1, le=5)
    tags: list[str] = Field(default_factory=list, max_length=10)
    mood: Mood
    kind: Literal["sea", "land"]
    place: Place
    others: list[Place]
    note: str | None = None
    either: int | str


class Tree(BaseModel):
    value: int
    children: list["Tree"]
