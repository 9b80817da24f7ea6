// Package node is one program's MQTT session, on either side of the contract
// "hall/1": Node is a kiosk, a display, a bridge or a hall controller towards
// its centre; Host is what they all talk to.
//
// Nothing here trusts the broker with anything that must survive. A broker may
// lose what it has acknowledged, deliver twice, deliver late, or die; a token
// of the client library that reports success proves nothing. So:
//
//   - an event leaves the node's disk only when the host says that it is
//     stored (Outbox.Acknowledge), and is sent again until then;
//   - a request is repeated with the same id until it is answered or expires,
//     and the other side answers the same id alike without doing it again;
//   - what is retained (status, birth, device states, views) is published
//     again on every connection.
//
// One connection is one session: a fresh client, a clean session, a new
// session id. When it breaks, it is thrown away and Run makes the next one
// after a jittered pause. All publishing of a session happens in one goroutine
// and all handlers of the client library only put things into bounded queues,
// so a slow handler of ours never hides a dead connection.
//
// This is the only package that imports the MQTT client library.
package node
