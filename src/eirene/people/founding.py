"""How the first accounts of a mission come to be, and when that time is over.

Two people give each clearance; the first of them cannot have theirs so. Until the mission
is *founded*, accounts that the node's command line makes begin with the clearances of
their role. It is founded by a ceremony that names two people who may grant, or by itself
once two such people have signed in. After that nobody is cleared but by two people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eirene.errors import InvalidQuery, NotAllowed
from eirene.people.accounts import Account
from eirene.people.acts import Acts
from eirene.people.passes import Vault
from eirene.people.rights import INTERNAL, PUBLIC
from eirene.people.roles import own_form, resolved, role_named
from eirene.reports.acts.account import AccountAct
from eirene.reports.acts.founded import FoundedAct
from eirene.reports.acts.organisation import OrganisationAct


class Founding:
    """See the module."""

    def __init__(self, acts: Acts, vault: Vault) -> None:
        self._acts = acts
        self._vault = vault
        self._came = {
            key for key in (vault.get("founding", "came") or b"").decode().split("\0") if key
        }

    @property
    def open(self) -> bool:
        """Whether the command line still makes accounts with clearances."""
        return self._acts.register.founded is None

    def account(
        self,
        user: str,
        role: str,
        organisation: str,
        *,
        demo: bool,
        read: tuple[str, ...] | None,
        file: tuple[str, ...] | None,
        by: str,
    ) -> AccountAct:
        """The act that makes an account, with its organisation made before where it must be."""
        if by and not self._acts.administers(by):  # before all that is told of other accounts
            raise NotAllowed(
                "You may not make accounts.",
                field="user",
                remedy="Invite people into your organisation.",
            )
        of_role = role_named(role)
        organisation = organisation or self._acts.register.owner
        first = demo or (self.open and not by)
        reads = resolved(of_role.compartments if read is None else read, organisation)
        files = resolved(of_role.may_file if file is None else file, organisation)
        if INTERNAL.intersection((*reads, *files)):
            one, other = sorted(INTERNAL)
            raise InvalidQuery(
                "Nobody is cleared for the node's own compartments.",
                field="compartments",
                remedy=f"Leave out {one} and {other}.",
            )
        self._organisation(organisation, own_form(of_role), make=first, by=by)
        if not first:
            return AccountAct(
                step="made",
                user=user,
                role=role,
                organisation=organisation,
                read=(PUBLIC,),
                administers=of_role.administers,
            )
        return AccountAct(
            step="made",
            user=user,
            role=role,
            organisation=organisation,
            read=reads,
            file=files,
            decide=resolved(of_role.may_decide_releases_to, organisation),
            grant=resolved(of_role.may_grant, organisation),
            invites=of_role.invites,
            administers=of_role.administers,
            founding=not demo,
            demo=demo,
        )

    def _organisation(self, code: str, form: str, *, make: bool, by: str) -> None:
        if not code:  # accounts of older versions may have none
            return
        known = self._acts.register.organisation(code)
        if known is not None and form and known.form != form:
            raise InvalidQuery(
                f"The organisation {code!r} has no compartment of the form {form}-….",
                field="organisation",
                remedy="Name the organisation that this role belongs to.",
            )
        if known is None and not make:
            raise InvalidQuery(
                f"There is no organisation {code!r}.",
                field="organisation",
                remedy="Make the organisation first.",
            )
        if known is None:
            made = OrganisationAct(code=code, form=form)  # pyright: ignore[reportArgumentType]
            self._acts.act(made, by, about=code, owner=code)

    def waits_for(self, account: str) -> bool:
        """Whether a first sign-in of this account has still to be noted."""
        if not self.open or account in self._came:
            return False
        one = self._acts.register.account(account)
        return one is not None and not one.demo and any(r == "grant" for r, _ in one.held)

    def signed_in(self, account: str) -> None:
        """Somebody who may grant has come; with the second one the mission is founded."""
        self._came.add(account)
        self._vault.put("founding", "came", "\0".join(sorted(self._came)).encode())
        if len(self._came) >= 2:
            first, second, *_ = sorted(self._came)
            self.found(first, second, "signed in")

    def forget(self, accounts: Iterable[str]) -> None:
        """Accounts of an organisation that was erased have not come."""
        gone = self._came.intersection(accounts)
        if gone:
            self._came -= gone
            self._vault.put("founding", "came", "\0".join(sorted(self._came)).encode())

    def found(self, first: str, second: str, how: str) -> None:
        """End the time of the first accounts; again is harmless."""
        if self.open:
            act = FoundedAct(first=first, second=second, how=how)
            owner = self._acts.register.owner
            self._acts.act(act, "", about=f"mission of {owner}", owner=owner)

    def migrate(self, stored: Sequence[Account]) -> None:
        """Accounts of a node that had no acts yet, with what they were cleared for."""
        register = self._acts.register
        if register.accounts or register.founded is not None:
            return
        for account in stored:
            role = role_named(account.role)
            form = own_form(role)
            code = account.organisation
            if register.organisation(code) is None:
                self._organisation(code, form, make=True, by="")
            act = AccountAct(
                step="made",
                user=account.user,
                role=account.role,
                organisation=code,
                read=account.compartments,
                file=account.may_file,
                decide=resolved(role.may_decide_releases_to, code),
                grant=resolved(role.may_grant, code),
                invites=role.invites,
                administers=role.administers,
                founding=not account.demo,
                demo=account.demo,
            )
            self._acts.act(act, "", about=account.user, owner=code)
            if account.ended is not None:
                ended = AccountAct(step="ended", user=account.user, reason="migrated")
                self._acts.act(ended, "", about=account.user, owner=code)
        register = self._acts.register
        who = [one for one in register.accounts.values() if any(r == "grant" for r, _ in one.held)]
        if len([one for one in who if not one.ended and not one.demo]) >= 2:
            self.found("", "", "migrated")
