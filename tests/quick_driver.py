"""Reads the database's answers as PyMySQL does, in a fraction of its time.

PyMySQL parses what describes each column of each answer anew, and asks the system for a time limit twice a column: of a test of
sales that is a third of the work. The same bytes are the same column, so each is parsed once, and by PyMySQL; the rows are taken
apart in one loop. What is read is compared with PyMySQL's own reading in `test_quick_driver`. Only the process of the tests reads
like this: servers, workers and commands that tests start do not, nor does Frappe 16, whose driver is another.
"""

from __future__ import annotations

from collections.abc import Callable

from pymysql import connections, err
from pymysql.connections import MAX_PACKET_LEN, MySQLResult
from pymysql.constants import CR
from pymysql.protocol import FieldDescriptorPacket, MysqlPacket

ERROR, END, SHORT = 0xFF, 0xFE, 9  # first bytes of packets that are no row; an end is shorter than this
NULL, TWO, THREE, EIGHT = 251, 252, 253, 254  # first byte of a value: none, or how many bytes tell its length
WIDTHS = {TWO: 2, THREE: 3, EIGHT: 8}
plain_descriptions = MySQLResult._get_descriptions
plain_rows = MySQLResult._read_rowdata_packet


def install() -> None:
    """Let all connections of this process read quickly."""
    MySQLResult._get_descriptions = quick_descriptions
    MySQLResult._read_rowdata_packet = quick_rows


def quick_descriptions(self: MySQLResult) -> None:
    """What the columns of an answer are."""
    connection = self.connection
    packets = [_packet(connection) for _ in range(self.field_count)]
    key = (connection.encoding, connection.use_unicode)
    self.fields, self.converters, described = [], [], []
    for packet in packets:
        known = _columns.get((key, packet))
        if known is None:
            known = _columns[key, packet] = _parsed(connection, packet)
        field, description, encoding = known
        self.fields.append(field)
        described.append(description)
        self.converters.append((encoding, _converter(connection, field)))
    assert _is_end(_packet(connection)), "Protocol error, expecting EOF"
    self.description = tuple(described)


def quick_rows(self: MySQLResult) -> None:
    """All rows of an answer."""
    connection, found = self.connection, []
    while not _is_end(packet := _packet(connection)):
        found.append(_row(packet, self.converters))
    self._check_packet_is_eof(MysqlPacket(packet, connection.encoding))
    self.connection = None
    self.affected_rows = len(found)
    self.rows = tuple(found)


class _Parsing:
    """Stands for the connection while PyMySQL parses one column."""

    def __init__(self, connection: connections.Connection, packet: bytes) -> None:
        self.use_unicode, self.encoding = connection.use_unicode, connection.encoding
        self.decoders: dict = {}
        self.packets = [FieldDescriptorPacket(packet, self.encoding), MysqlPacket(b"\xfe", self.encoding)]

    def _read_packet(self, *_kind: type) -> MysqlPacket:
        return self.packets.pop(0)


_columns: dict[tuple, tuple[FieldDescriptorPacket, tuple, str | None]] = {}


def _parsed(connection: connections.Connection, packet: bytes) -> tuple:
    """Column, its description and the encoding of its values, as PyMySQL makes them of one packet."""
    result = MySQLResult(_Parsing(connection, packet))
    result.field_count = 1
    plain_descriptions(result)
    return result.fields[0], result.description[0], result.converters[0][0]


def _converter(connection: connections.Connection, field: FieldDescriptorPacket) -> Callable | None:
    converter = connection.decoders.get(field.type_code)
    return None if converter is connections.converters.through else converter


def _is_end(packet: bytes) -> bool:
    return packet[0] == END and len(packet) < SHORT


def _row(packet: bytes, converters: list[tuple[str | None, Callable | None]]) -> tuple:
    place, row = 0, []
    for encoding, converter in converters:
        size = packet[place]
        place += 1
        if size == NULL:
            row.append(None)
            continue
        if size > NULL:
            width = WIDTHS[size]
            size = int.from_bytes(packet[place : place + width], "little")
            place += width
        value: object = packet[place : place + size]
        place += size
        if encoding is not None:
            value = value.decode(encoding)
        row.append(value if converter is None else converter(value))
    return tuple(row)


def _packet(connection: connections.Connection) -> bytes:
    """The next packet, which is no error."""
    parts = []
    while True:
        head = _bytes(connection, 4)
        size = head[0] | head[1] << 8 | head[2] << 16
        if head[3] != connection._next_seq_id:
            connection._force_close()
            raise err.InternalError(
                f"Packet sequence number wrong - got {head[3]} expected {connection._next_seq_id}"
            )
        connection._next_seq_id = (head[3] + 1) % 256
        parts.append(_bytes(connection, size))
        if size < MAX_PACKET_LEN:
            break
    packet = parts[0] if len(parts) == 1 else b"".join(parts)
    if packet[0] == ERROR:
        MysqlPacket(packet, connection.encoding).raise_for_error()
    return packet


def _bytes(connection: connections.Connection, size: int) -> bytes:
    try:
        found = connection._rfile.read(size)
    except OSError as error:
        connection._force_close()
        raise err.OperationalError(
            CR.CR_SERVER_LOST, f"Lost connection to MySQL server during query ({error})"
        ) from error
    except BaseException:
        connection._force_close()
        raise
    if len(found) < size:
        connection._force_close()
        raise err.OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
    return found
