// Package pki is a hall's own small certificate authority, and the TLS
// settings of everybody who uses it.
//
// One authority (ECDSA P-256) signs one certificate for each node and for the
// host of a hall. Its common name is the identity, "luotian/kiosk-1", and the
// same stands in a URI name, "hall:luotian/kiosk-1". That form was chosen
// because each broker can turn it into rights without a list of its own:
// the embedded broker and Mosquitto take the common name as the user name, and
// put into the topic pattern hall/1/%u/… it gives the node's own topics; a NATS
// server finds its users by the URI name.
//
// The folder of an authority:
//
//	ca.crt  ca.key   the authority; ca.key belongs on the machine that issues
//	ca.crl           what is revoked
//	NODE.crt  NODE.key   one pair for each node of the hall
//	issued/SERIAL.crt    every certificate ever signed, for revoking
//
// A node gets ca.crt, its own pair, and, where it is a server, ca.crl. Keys
// have mode 0600 and are refused with any other. A server and a node read
// their files again when they have changed, so that a new certificate needs no
// restart: it counts from the next connection on.
package pki
