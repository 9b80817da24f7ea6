package contract

// Rule is one numbered statement of the contract. A test that proves it names
// its number.
type Rule struct{ ID, Text string }

// Rules are the statements that both sides keep.
var Rules = []Rule{
	{"HALL-001", "Topics begin with hall/1/{hall}/. Hall, node and device ids match [a-z0-9-]{1,32}."},
	{"HALL-002", "Every message is published at QoS 1. No message relies on a persistent session: all sessions are clean."},
	{"HALL-003", "Payloads are JSON in UTF-8 and at most 64 KiB. A receiver ignores fields that it does not know, and refuses a payload that it cannot read without ending the session."},
	{"HALL-004", "Each connection has a new session id (ULID), which stands in the last will {state: lost, session}. A node publishes status ready, then birth, then every device state, then anything else."},
	{"HALL-005", "An orderly stop publishes status stopped before disconnecting."},
	{"HALL-006", "A lost with another session than that of the last ready is ignored. A node that sees its own stale lost or stopped publishes ready again."},
	{"HALL-007", "A device is offline when its node is not ready, whatever its retained state says."},
	{"HALL-008", "An event's id is {node}/{epoch}/{sequence}. The sequence is given in the transaction that stores the event, rises by one and is never used twice; a new disk has a new epoch."},
	{"HALL-009", "The host keeps (node, epoch, sequence) unique: an event that comes twice is stored once."},
	{"HALL-010", "An event leaves the node's disk only after ack.through of its epoch is equal to or above its sequence. The broker's PUBACK only moves the sending window: a client has at most 32 messages under way without it."},
	{"HALL-011", "When nothing was acknowledged for 10 seconds, the node sends again from the first event that is not acknowledged."},
	{"HALL-012", "The host takes the sequence that it expects, acknowledges lower ones again, and on a gap repeats its last through, so that the node goes back. Of an epoch that it does not know it expects the outbox.first of the node's birth, else 1."},
	{"HALL-013", "While host is not online, a node keeps its events and publishes only status, birth and device states."},
	{"HALL-014", "A request carries id (ULID), type, issued, expires and data. The same id gets the same answer and has no second effect, for 24 hours and across restarts of either side."},
	{"HALL-015", "The asker repeats a request with the same id until it is answered or has expired. A request that has expired is not carried out; its answer is expired."},
	{"HALL-016", "Results are ok, refused, failed and expired. Each but ok carries error {code, message}, whose message can be shown to a person. Requests and answers are never retained."},
	{"HALL-017", "What must survive a restart is desired with a revision; what must happen once is a command."},
	{"HALL-018", "Views are whole snapshots with a rising version. Within one session of the host, a view with a version below the last is ignored."},
	{"HALL-019", "Call numbers rise by one with each announcement of a hall and are never used twice. A board announces each call once, in order, and none that was made before it joined."},
	{"HALL-020", "Times are RFC 3339 in UTC with milliseconds. Where a device has its own time, its text, its zone and the receive time stand beside it."},
	{"HALL-021", "ID numbers, phone numbers, complainants and biometric templates never appear in a retained topic. Templates never appear at all. Fields that may hold such data are marked x-privacy in the schema."},
	{"HALL-022", "A node may publish only under its own {node}/ and read only its own status (to see a stale one, HALL-006), ack, answer, cmd and desired, the host's status and the views. Its certificate names its hall and node, and the broker enforces this."},
	{"HALL-023", "The client id is bound to the certificate: nobody can connect under the name of another node."},
	{"HALL-024", "Major versions stand in the topic and in each type; a minor version only adds fields. Messages of an unknown type are acknowledged, logged and left alone."},
	{"HALL-025", "Firmware and media never travel over MQTT: a command names url, size, SHA-256 and an Ed25519 signature."},
}
