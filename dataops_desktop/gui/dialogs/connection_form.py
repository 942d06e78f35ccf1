"""The fields of one connection: who, where, and the ways there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from dataops_desktop.actions.connections import ENCRYPTIONS
from dataops_desktop.gui.connections import COLOURS
from dataops_desktop.gui.dialogs.places_dialog import REGIONS
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.identity import Found, SsoRole

PROFILE, SSO, KEYS, SECRET = range(4)
WAYS = (
    tr("AWS profile, environment or role of this machine"),
    tr("Sign-in with IAM Identity Center"),
    tr("Keys (last resort)"),
    tr("Keys in AWS Secrets Manager"),
)


class ConnectionForm(QWidget):
    """`options()` as it stands; `keys()` only where they were typed. `roles_wanted` when the person wants to choose among theirs."""

    roles_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sandbox = False
        self._endpoints: tuple[tuple[str, str], ...] = ()
        self.name = _line(tr("Name"))
        self.colour = QComboBox()
        self.colour.setAccessibleName(tr("Colour"))
        self.colour.setIconSize(QSize(16, 16))
        self.colour.addItem(tr("None"), "")
        for name, value in COLOURS.items():
            self.colour.addItem(icon("services", QColor(value)), tr(name), value)
        self.region = _choice(tr("Region"), tr("the profile's"))
        self.region.addItems(REGIONS)
        self.way = QComboBox()
        self.way.setAccessibleName(tr("Credentials"))
        self.way.addItems(WAYS)
        self.way.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.profile = _choice(tr("AWS profile"), tr("as the AWS SDK finds them"))
        self.chain = styled(PlainLabel(wrap=True), role="muted")
        self.sso, self.sso_account, self.sso_role = (
            _choice(tr("Sign-in"), tr("an sso-session, or https://….awsapps.com/start")),
            _line(tr("Account"), tr("12 digits")),
            _line(tr("Role"), "Analyst"),
        )
        self.sso_region = _choice(tr("Region of the sign-in"), tr("of the address above"))
        self.sso_region.addItems(REGIONS)
        self.choose = QPushButton(tr("Sign in and choose account and role…"))
        self.choose.clicked.connect(self.roles_wanted)
        self.secret_profile = _choice(tr("Read the secret with"), tr("as the AWS SDK finds credentials"))
        self.key_id, self.key_secret, self.key_token = (
            _line(tr("Access key id")),
            _line(tr("Secret access key")),
            _line(tr("Session token"), tr("only with temporary keys")),
        )
        for field in (self.key_secret, self.key_token):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = QComboBox()
        self.keep.setAccessibleName(tr("Keep the keys"))
        self.keep.addItem(tr("In the keyring of this system"), "keyring")
        self.keep.addItem(tr("For this session only"), "session")
        self.key_note = styled(PlainLabel(wrap=True), role="muted")
        self.secret = _line(tr("Secret"), "arn:aws:secretsmanager:…:secret:name#json-key")
        self.role, self.external_id, self.mfa, self.role_session = (
            _line(tr("Role to assume"), "arn:aws:iam::123456789012:role/Analyst"),
            _line(tr("External id")),
            _line(tr("MFA device"), "arn:aws:iam::123456789012:mfa/name"),
            _line(tr("Session name"), "dataops-desktop"),
        )
        self.hours = QSpinBox()
        self.hours.setAccessibleName(tr("Hours"))
        self.hours.setRange(1, 12)
        self.hours.setSuffix(tr(" h"))
        self.account = _line(tr("Account"), tr("any; 12 digits pin it"))
        self.endpoint = _line(tr("Endpoint"), tr("AWS's own"))
        self.endpoints = QPlainTextEdit()
        self.endpoints.setAccessibleName(tr("Endpoints of services"))
        self.endpoints.setPlaceholderText(
            "s3 https://bucket.vpce-0123.s3.eu-west-1.vpce.amazonaws.com\nglue https://…"
        )
        self.endpoints.setTabChangesFocus(True)
        self.endpoints.setMaximumHeight(72)
        self.fips, self.dual = QCheckBox(tr("FIPS endpoints")), QCheckBox(tr("IPv6 (dual-stack) endpoints"))
        self.proxy = _line(tr("Proxy"), tr("as the environment says"))
        self.ca = _line(tr("Certificates"), tr("a PEM file of your company's authority"))
        for label in (self.chain, self.key_note):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.sse = QComboBox()
        self.sse.setAccessibleName(tr("Encryption of new objects"))
        for value in ENCRYPTIONS:
            self.sse.addItem(value or tr("As the bucket says"), value)
        self.kms_key = _line(tr("KMS key"), tr("ARN of a key; AWS's own for S3"))
        self.sse.currentIndexChanged.connect(
            lambda _: self.kms_key.setEnabled("KMS" in str(self.sse.currentData()))
        )
        self.sensitive = QCheckBox(tr("Keep results only as long as they are open"))
        self._build()
        self.way.currentIndexChanged.connect(self._show_way)
        self.profile.currentTextChanged.connect(self._show_chain)
        self._found = Found((), ())
        self._show_way()

    def _build(self) -> None:
        form = self._form = QFormLayout(self)
        form.setContentsMargins(0, 0, 8, 8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setSpacing(8)
        self._of_way: dict[int, list[QWidget]] = {way: [] for way in range(len(WAYS))}
        form.addRow(tr("&Name"), self.name)
        form.addRow(tr("C&olour"), self.colour)
        form.addRow(tr("&Region"), self.region)
        self._heading(tr("Who"))
        form.addRow(tr("&Credentials"), self.way)
        for way, title, field in (
            (PROFILE, tr("&Profile"), self.profile),
            (PROFILE, "", self.chain),
            (SSO, tr("S&ign-in"), self.sso),
            (SSO, tr("Its region"), self.sso_region),
            (SSO, "", self.choose),
            (SSO, tr("Acco&unt"), self.sso_account),
            (SSO, tr("Ro&le"), self.sso_role),
            (KEYS, tr("Key i&d"), self.key_id),
            (KEYS, tr("Secret &key"), self.key_secret),
            (KEYS, tr("Session &token"), self.key_token),
            (KEYS, tr("&Keep them"), self.keep),
            (KEYS, "", self.key_note),
            (SECRET, tr("&Secret"), self.secret),
            (SECRET, tr("Read it with"), self.secret_profile),
        ):
            form.addRow(title, field)
            self._of_way[way].append(field)
        form.addRow(tr("P&inned account"), self.account)
        self._heading(tr("Role on top"))
        form.addRow(tr("Role"), self.role)
        form.addRow(tr("External id"), self.external_id)
        form.addRow(tr("MFA device"), self.mfa)
        form.addRow(tr("Session name"), self.role_session)
        form.addRow(tr("For"), self.hours)
        self._heading(tr("Way there"))
        form.addRow(tr("Endpoint"), self.endpoint)
        form.addRow(tr("Of services"), self.endpoints)
        form.addRow("", self.fips)
        form.addRow("", self.dual)
        form.addRow(tr("Proxy"), self.proxy)
        form.addRow(tr("Certificates"), self.ca)
        self._heading(tr("Writing and keeping"))
        form.addRow(tr("New objects"), self.sse)
        form.addRow(tr("KMS key"), self.kms_key)
        form.addRow("", self.sensitive)

    def _heading(self, text: str) -> None:
        label = styled(PlainLabel(text), bold=True)
        label.setContentsMargins(0, 10, 0, 0)
        self._form.addRow(label)

    def offer(self, found: Found) -> None:
        """What was found on this computer."""
        self._found = found
        for box, names in (
            (self.profile, [profile.name for profile in found.profiles]),
            (self.secret_profile, [profile.name for profile in found.profiles]),
            (self.sso, [session.name for session in found.sso_sessions]),
        ):
            text = box.currentText()
            box.clear()
            box.addItems(names)
            box.setCurrentText(text)
        usable = [
            profile.name for profile in found.profiles if not profile.problem and profile.kind != "keys"
        ]
        note = tr("Keys do not end by themselves: whoever has them can use them until they are taken away.")
        if usable:
            note += tr(" There is a profile ({usable}): use that instead where you can.", usable=usable[0])
        self.key_note.setText(note)
        self._show_chain(self.profile.currentText())

    def take_role(self, role: SsoRole) -> None:
        """One of the person's; it also names a connection nobody named yet."""
        self.sso_account.setText(role.account)
        self.sso_role.setText(role.role)
        self.account.setText(role.account)
        if self.name.text().startswith("New connection"):
            self.name.setText(f"{role.account_name or role.account} {role.role}")

    def offer_account(self, account: str) -> None:
        """Pin the account that answered, where none is."""
        if not self.account.text() and account.isdigit():
            self.account.setText(account)

    def _show_way(self) -> None:
        for way, fields in self._of_way.items():
            for field in fields:
                self._form.setRowVisible(field, way == self.way.currentIndex())

    def _show_chain(self, name: str) -> None:
        profile = next((p for p in self._found.profiles if p.name == name.strip()), None)
        problems = " ".join(self._found.problems)
        if profile is None:
            text = problems or self._found.environment
        else:
            text = profile.problem or " → ".join(profile.chain)
        self.chain.setText(text)

    # values
    def show_options(self, options: ConnectionOptions) -> None:
        """Fill the fields."""
        self._sandbox = options.sandbox
        self.name.setText(options.name)
        self.colour.setCurrentIndex(max(0, self.colour.findData(options.colour)))
        self.region.setCurrentText(options.region or "")
        way = (
            SSO
            if options.sso_session
            else KEYS
            if options.keys in {"keyring", "session"}
            else SECRET
            if options.keys
            else PROFILE
        )
        self.way.setCurrentIndex(way)
        for box, text in (
            (self.profile, options.profile or ""),
            (self.secret_profile, options.profile or ""),
            (self.sso, options.sso_session),
            (self.sso_region, options.sso_region),
        ):
            box.setCurrentText(text)
        for field, text in self._texts(options):
            field.setText(text)
        for field in (self.key_id, self.key_secret, self.key_token):
            field.clear()
            field.setPlaceholderText(
                tr("kept; type to replace") if way == KEYS and field is not self.key_token else ""
            )
        self.keep.setCurrentIndex(max(0, self.keep.findData(options.keys)))
        self.hours.setValue(options.role_hours)
        self.endpoints.setPlainText("\n".join(f"{service} {url}" for service, url in options.endpoints))
        self.fips.setChecked(options.fips)
        self.dual.setChecked(options.dual_stack)
        self.sensitive.setChecked(options.sensitive)
        self.sse.setCurrentIndex(max(0, self.sse.findData(options.sse)))
        self.kms_key.setEnabled("KMS" in options.sse)
        self._show_way()

    def _texts(self, options: ConnectionOptions) -> tuple[tuple[QLineEdit, str], ...]:
        return (
            (self.sso_account, options.sso_account),
            (self.sso_role, options.sso_role),
            (self.secret, options.keys if options.keys.startswith("arn:") else ""),
            (self.role, options.role_arn),
            (self.external_id, options.external_id),
            (self.mfa, options.mfa_serial),
            (self.role_session, options.role_session),
            (self.account, options.account),
            (self.endpoint, options.endpoint_url or ""),
            (self.proxy, options.proxy),
            (self.ca, options.ca_bundle),
            (self.kms_key, options.kms_key),
        )

    def options(self) -> ConnectionOptions:
        """As the fields say; not checked yet."""
        way = self.way.currentIndex()
        lines = [line.split(None, 1) for line in self.endpoints.toPlainText().splitlines() if line.strip()]
        return ConnectionOptions(
            name=self.name.text(),
            profile=({PROFILE: self.profile, SECRET: self.secret_profile}[way].currentText().strip() or None)
            if way in {PROFILE, SECRET}
            else None,
            region=self.region.currentText().strip() or None,
            endpoint_url=self.endpoint.text().strip() or None,
            sandbox=self._sandbox,
            keys=str(self.keep.currentData()) if way == KEYS else self.secret.text() if way == SECRET else "",
            sso_session=self.sso.currentText().strip() if way == SSO else "",
            sso_region=self.sso_region.currentText().strip() if way == SSO else "",
            sso_account=self.sso_account.text() if way == SSO else "",
            sso_role=self.sso_role.text() if way == SSO else "",
            role_arn=self.role.text(),
            external_id=self.external_id.text(),
            mfa_serial=self.mfa.text(),
            role_session=self.role_session.text(),
            role_hours=self.hours.value(),
            endpoints=tuple((line[0], line[1].strip() if len(line) > 1 else "?") for line in lines),
            fips=self.fips.isChecked(),
            dual_stack=self.dual.isChecked(),
            ca_bundle=self.ca.text(),
            proxy=self.proxy.text(),
            account=self.account.text(),
            colour=str(self.colour.currentData()),
            sse=str(self.sse.currentData()),
            kms_key=self.kms_key.text() if "KMS" in str(self.sse.currentData()) else "",
            sensitive=self.sensitive.isChecked(),
        )

    def keys(self) -> dict[str, str] | None:
        """What was typed, or None."""
        if self.way.currentIndex() != KEYS or not (self.key_id.text() or self.key_secret.text()):
            return None
        return {
            "access_key_id": self.key_id.text().strip(),
            "secret_access_key": self.key_secret.text().strip(),
            "session_token": self.key_token.text().strip(),
        }


def _line(name: str, placeholder: str = "") -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field


def _choice(name: str, placeholder: str) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setAccessibleName(name)
    line = box.lineEdit()
    assert line is not None
    line.setPlaceholderText(placeholder)
    return box
