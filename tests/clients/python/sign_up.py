"""A program that uses the generated Python client as a partner would: typed, and against the running service."""

import datetime
import os
import unittest
import uuid
from http import HTTPStatus

from iewm_client import AuthenticatedClient, Client
from iewm_client.api.contacts import contacts_create, contacts_read, contacts_search, contacts_update
from iewm_client.api.service import service_ready
from iewm_client.models import (
    Contact,
    FoundContactList,
    CreateContact,
    PatchContact,
    Problem,
    ProblemCode,
    SearchContacts,
    ContactSource,
    ContactSourceKind,
)

API = os.environ["API"]


class SignUp(unittest.TestCase):
    """The first calls of a new client, in order."""

    def setUp(self) -> None:
        staff = AuthenticatedClient(API, token=os.environ["STAFF"], raise_on_unexpected_status=True)
        self.staff = self.enterContext(staff)

    def sign_up(self, email: str) -> Contact | Problem | None:
        source = ContactSource(kind=ContactSourceKind.SELF, obtained_on=datetime.date(2026, 11, 24))
        return contacts_create.sync(client=self.staff, body=CreateContact(name="Ada Lovelace", email=email, source=source))

    def test_a_contact_is_created_read_found_and_changed(self) -> None:
        contact = self.sign_up("ada@example.org")
        assert isinstance(contact, Contact), contact

        read = contacts_read.sync_detailed(contact.id, client=self.staff)
        self.assertEqual(read.parsed, contact)
        found = contacts_search.sync(client=self.staff, body=SearchContacts(email="ada@example.org"))
        assert isinstance(found, FoundContactList), found
        self.assertEqual([each.id for each in found.items], [contact.id])

        patch = PatchContact(job_title="Analyst")
        changed = contacts_update.sync(contact.id, client=self.staff, body=patch, if_match=read.headers["ETag"])
        assert isinstance(changed, Contact), changed
        self.assertEqual((changed.job_title, changed.version), ("Analyst", contact.version + 1))

    def test_problems_are_values_with_their_codes(self) -> None:
        self.assertIsInstance(self.sign_up("twice@example.org"), Contact)
        again = self.sign_up("twice@example.org")
        assert isinstance(again, Problem), again
        self.assertEqual((again.status, again.code), (HTTPStatus.CONFLICT, ProblemCode.CONTACT_EXISTS))

        nobody = contacts_read.sync(uuid.UUID("01932f6e-7f3a-7000-8000-000000000000"), client=self.staff)
        assert isinstance(nobody, Problem), nobody
        self.assertEqual(nobody.code, ProblemCode.NOT_FOUND)

        faulty = contacts_create.sync(
            client=self.staff,
            body=CreateContact(name=" ", source=ContactSource(kind=ContactSourceKind.SELF, obtained_on=datetime.date(2026, 11, 24))),
        )
        assert isinstance(faulty, Problem) and faulty.errors, faulty
        self.assertIn("/name", [fault.pointer for fault in faulty.errors])

    def test_a_contractor_may_not_and_nobody_may_without_a_token(self) -> None:
        with AuthenticatedClient(API, token=os.environ["CONTRACTOR"]) as contractor:
            refused = contacts_search.sync(client=contractor, body=SearchContacts(name="Ada"))
        assert isinstance(refused, Problem), refused
        self.assertEqual((refused.code, refused.permission), (ProblemCode.FORBIDDEN, "contacts:search"))
        with Client(API) as anybody:
            self.assertEqual(service_ready.sync_detailed(client=anybody).status_code, HTTPStatus.OK)


if __name__ == "__main__":
    unittest.main()
