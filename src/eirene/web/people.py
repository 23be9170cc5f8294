"""Organisations, accounts and invitations, over HTTP.

A list holds what the asker may know of: his own account, those he answers for, and all
of them for who administers accounts, without what they hold secret. The rules are not
here (``people/rules.py``); a route says who, asks the clearing desk, answers.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.desks.clearing import Who
from eirene.errors import InvalidQuery
from eirene.people import Account
from eirene.people.listing import Listing
from eirene.people.register import Organisation
from eirene.people.roles import roles
from eirene.reports.acts.invitation import InvitationAct
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import address_of, aside, node_of, pass_of
from eirene.web.bodies import json_map, moment_in, text_in, yes_in
from eirene.web.clearances import loan_shown, proposal_shown, rights_in
from eirene.web.describe import described


def account_shown(one: Account) -> dict[str, Any]:
    """An account as whoever answers for it sees it."""
    state = (
        "ended"
        if one.ended
        else "suspended"
        if one.suspended
        else "reset"
        if one.reset
        else "in force"
        if one.compartments
        else "lapsed"
    )
    return {
        "user": one.user,
        "title": one.title,
        "role": one.role,
        "organisation": one.organisation,
        "state": state,
        "compartments": list(one.compartments),
        "may_file": list(one.may_file),
        "may_decide": list(one.may_decide),
        "may_grant": list(one.may_grant),
        "invites": one.invites,
        "administers": one.administers,
        "made": iso(one.made),
        "by": one.by,
        "until": iso(one.until) if one.until else None,
    }


def _organisation_shown(one: Organisation) -> dict[str, Any]:
    rest = one.suspended
    return {
        "code": one.code,
        "title": one.title,
        "form": one.form,
        "compartment": one.compartment,
        "suspended": iso(rest.at) if rest else None,
        "lift_by": rest.lift_by if rest else "",
    }


def _invitation_shown(by: str, made: InvitationAct) -> dict[str, Any]:
    return {
        "id": made.invitation,
        "user": made.user,
        "role": made.role,
        "organisation": made.organisation,
        "by": by,
        "until": iso(made.until) if made.until else None,
    }


def _listed(listing: Listing) -> dict[str, Any]:
    return {
        "may": {
            "administer": listing.administers,
            "invite": listing.invites,
            "grant": sorted(listing.rights.grant),
            "decide": sorted(listing.rights.decide),
            "lend": sorted(listing.rights.read | listing.rights.file),
        },
        "roles": [{"role": role.name, "title": role.title} for role in listing.roles],
        "all_roles": [
            {"role": role.name, "title": role.title, "reads": list(role.compartments)}
            for role in roles().values()
        ],
        "compartments": sorted(listing.compartments),
        "organisations": [_organisation_shown(one) for one in listing.organisations],
        "accounts": [
            account_shown(one) | {"lift_by": listing.lifts.get(one.key, "")}
            for one in listing.accounts
        ],
        "invitations": [_invitation_shown(by, made) for by, made in listing.invitations],
        "waiting": [
            proposal_shown(one) | {"mine": one.id in listing.confirmable}
            for one in listing.proposals
        ],
        "loans": [loan_shown(one) for one in listing.loans],
    }


@get("/api/people", **described("Who and what I answer for.", answer="People"))
async def get_people(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/people: organisations, accounts, invitations, what waits for a second person."""
    listing = node_of(request).people.listing(pass_of(request))
    return json_of(_listed(listing), UNMARKED)


@post(
    "/api/organisations",
    **described(
        "Make an organisation, with a compartment of its own.",
        body="NewOrganisation",
        answer="Made",
        statuses=(201,),
        problems=(400, 403, 413),
    ),
)
async def make_organisation(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/organisations: for who may grant its compartment, and who administers."""
    held = pass_of(request)
    given = await json_map(request)
    code = text_in(given, "code")
    await aside(
        node_of(request).clearing.organisation,
        Who.of(held),
        code,
        text_in(given, "form", default="org"),
        text_in(given, "title", default=""),
    )
    return json_of({"code": code}, UNMARKED, status=201)


@post(
    "/api/organisations/{code:str}",
    **described(
        "Suspend an organisation with all its accounts, or lift that.",
        body="Suspension",
        answer="Lifted",
        problems=(400, 403, 404, 413),
    ),
)
async def act_on_organisation(
    request: Request[Any, Any, Any], code: FromPath[str]
) -> Response[bytes]:
    """POST /api/organisations/{code}: suspending is one act, at once; lifting takes two people."""
    given = await json_map(request)
    desk, who = node_of(request).clearing, Who.of(pass_of(request))
    act, reason = text_in(given, "act"), text_in(given, "reason", default="")
    if act == "suspend":
        await aside(desk.suspend, who, organisation=code, reason=reason)
        return json_of({"lifted": False}, UNMARKED)
    if act == "lift":
        lifted = await aside(desk.lift, who, organisation=code, reason=reason)
        return json_of({"lifted": lifted}, UNMARKED)
    raise _no_act(act, "suspend, lift")


def _no_act(act: str, acts: str) -> InvalidQuery:
    return InvalidQuery(
        f"There is no act {act[:40]!r}.", field="act", remedy=f"Use one of: {acts}."
    )


@post(
    "/api/accounts",
    **described(
        "Make an account; it has no clearances until two others give it some.",
        body="NewAccount",
        answer="MadeAccount",
        statuses=(201,),
        problems=(400, 403, 413),
    ),
)
async def make_account(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/accounts: for who administers accounts. The password is shown this once."""
    held = pass_of(request)
    given = await json_map(request)
    made, password = await aside(
        node_of(request).people.make,
        text_in(given, "user"),
        text_in(given, "role"),
        text_in(given, "organisation", default=""),
        by=held.reader.account,
    )
    return json_of(account_shown(made) | {"password": password}, UNMARKED, status=201)


@post(
    "/api/accounts/{user:str}",
    **described(
        "Suspend, lift, end, narrow; set or confirm a password.",
        body="AccountAct",
        answer="AccountActed",
        problems=(400, 403, 404, 413),
    ),
)
async def act_on_account(request: Request[Any, Any, Any], user: FromPath[str]) -> Response[bytes]:
    """POST /api/accounts/{user}: each act is one person's, but for lifting a suspension."""
    given = await json_map(request)
    held = pass_of(request)
    node, who = node_of(request), Who.of(held)
    desk, reason = node.clearing, text_in(given, "reason", default="")
    act = text_in(given, "act")
    told: dict[str, Any] = {}
    if act == "suspend":
        await aside(desk.suspend, who, account=user, reason=reason)
    elif act == "lift":
        told["lifted"] = await aside(desk.lift, who, account=user, reason=reason)
    elif act == "narrow":
        until, focal = moment_in(given, "until"), yes_in(given, "invites")
        rights = rights_in(given)
        await aside(desk.narrow, who, user, rights, until=until, focal=focal, reason=reason)
    elif act == "confirm":
        await aside(desk.confirm_password, who, user)
    elif act == "end":
        await aside(desk.end, who, user, reason=reason)
    elif act == "reset":
        told["password"] = await aside(desk.reset, who, user)
    else:
        raise _no_act(act, "suspend, lift, narrow, confirm, end, reset")
    return json_of({"user": user} | told, UNMARKED)


@post(
    "/api/invitations",
    **described(
        "Invite somebody to an account; the code is shown this once.",
        body="NewInvitation",
        answer="MadeInvitation",
        statuses=(201,),
        problems=(400, 403, 413),
    ),
)
async def invite(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/invitations: into my own organisation, to a role that holds no more than I do."""
    held = pass_of(request)
    given = await json_map(request)
    node, address = node_of(request), text_in(given, "address", default="").strip()
    if address and not node.trusted:
        raise InvalidQuery(
            "This node knows no provider that could say whose address it is.",
            field="address",
            remedy="Leave it out.",
        )
    id_, code, until = await aside(
        node.clearing.invite,
        Who.of(held),
        text_in(given, "user"),
        text_in(given, "role"),
        text_in(given, "organisation", default=held.reader.organisation),
        until=moment_in(given, "until"),
        account_until=moment_in(given, "account_until"),
        focal=yes_in(given, "invites"),
        address=address,
    )
    # The code stands behind the #, which no browser sends to a server or a proxy.
    told = {"id": id_, "code": code, "link": f"/#invited={code}", "until": iso(until)}
    return json_of(told, UNMARKED, status=201)


@delete(
    "/api/invitations/{invitation:str}",
    **described("Take an invitation back.", statuses=(204,), problems=(400, 403, 404)),
)
async def withdraw(request: Request[Any, Any, Any], invitation: FromPath[str]) -> Response[bytes]:
    """DELETE /api/invitations/{id}: its code opens nothing any more."""
    await aside(node_of(request).clearing.withdraw, Who.of(pass_of(request)), invitation)
    return empty()


@post(
    "/api/invitations/accept",
    **described(
        "Use an invitation, once; the invited chooses the password.",
        body="Acceptance",
        answer="Accepted",
        statuses=(201,),
        problems=(400, 401, 413, 429),
        open_=True,
    ),
)
async def accept(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/invitations/accept: every code that opens nothing gets the same answer."""
    node = node_of(request)
    given = await json_map(request)
    code, password = text_in(given, "code"), text_in(given, "password")
    # each code that is right costs a password's hash
    node.people.tries.take("invitation", address_of(request))
    user = await aside(node.clearing.accept, code, password)
    return json_of({"user": user}, UNMARKED, status=201)


ROUTES = (
    get_people,
    make_organisation,
    act_on_organisation,
    make_account,
    act_on_account,
    invite,
    withdraw,
    accept,
)
