"""Accounts, roles, sessions, tokens: who may ask, and with which clearances."""

from eirene.people.accounts import Account
from eirene.people.passes import Pass, Session, Token
from eirene.people.people import People
from eirene.people.roles import Role, role_named, roles

__all__ = ["Account", "Pass", "People", "Role", "Session", "Token", "role_named", "roles"]
