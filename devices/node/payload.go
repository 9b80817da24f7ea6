package node

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"hallward/devices/contract"
)

// maxDepth is how deep the JSON of the contract may nest; its own types need 7.
const maxDepth = 32

// decode reads one payload of the contract. Unknown fields are ignored, so
// that a minor version may add some; everything else that is odd is an error:
// too large, not JSON, nested too deeply, a name twice in one object.
func decode(payload []byte, into any) error {
	if err := wellFormed(payload); err != nil {
		return err
	}
	if err := json.Unmarshal(payload, into); err != nil {
		return fmt.Errorf("%.120q: %w", payload[:min(len(payload), 40)], err)
	}
	return nil
}

// snapshot checks one payload as decode does, for somebody else to read: a
// view is an object.
func snapshot(payload []byte) error {
	if err := wellFormed(payload); err != nil {
		return err
	}
	if b := bytes.TrimLeft(payload, " \t\r\n"); b[0] != '{' {
		return fmt.Errorf("%.120q: not an object", b[:min(len(b), 40)])
	}
	return nil
}

// wellFormed checks what json.Unmarshal lets pass: size, depth, and names that
// stand twice in one object. It works on bytes that are valid JSON, so that it
// only has to tell strings from brackets.
func wellFormed(payload []byte) error {
	if len(payload) > contract.MaxPayload {
		return fmt.Errorf("%d bytes, at most %d", len(payload), contract.MaxPayload)
	}
	if !json.Valid(payload) {
		return errors.New("not JSON")
	}
	var stack [maxDepth]object
	depth := 0
	for i := 0; i < len(payload); i++ {
		switch payload[i] {
		case '{', '[':
			if depth == maxDepth {
				return fmt.Errorf("nested more than %d deep", maxDepth)
			}
			stack[depth] = object{is: payload[i] == '{', name: payload[i] == '{', few: stack[depth].few[:0]}
			depth++
		case '}', ']':
			depth--
		case ',':
			stack[depth-1].name = stack[depth-1].is
		case '"':
			end := i + 1
			for payload[end] != '"' {
				if payload[end] == '\\' {
					end++
				}
				end++
			}
			if depth > 0 && stack[depth-1].name {
				if text := payload[i : end+1]; !stack[depth-1].add(text) {
					return fmt.Errorf("the name %.40s twice", text)
				}
			}
			i = end
		}
	}
	return nil
}

// object is one that is open: the names it has had, and whether the next string
// is a name.
type object struct {
	is, name bool
	few      [][]byte        // names, quoted, while they are few
	many     map[string]bool // then
}

// add takes a name; false when it was there.
func (o *object) add(quoted []byte) bool {
	o.name = false
	if bytes.IndexByte(quoted, '\\') >= 0 { // the same name may be written in two ways
		var plain string
		if json.Unmarshal(quoted, &plain) == nil {
			quoted = marshal(plain)
		}
	}
	if o.many != nil {
		if o.many[string(quoted)] {
			return false
		}
		o.many[string(quoted)] = true
		return true
	}
	for _, n := range o.few {
		if bytes.Equal(n, quoted) {
			return false
		}
	}
	o.few = append(o.few, quoted)
	if len(o.few) == 32 {
		o.many = make(map[string]bool, 64)
		for _, n := range o.few {
			o.many[string(n)] = true
		}
	}
	return true
}

// decodeEvent reads an event and checks it against the topic that brought it.
func decodeEvent(payload []byte, node string) (e contract.Event, epoch string, err error) {
	if err := decode(payload, &e); err != nil {
		return e, "", err
	}
	n, epoch, seq, err := contract.ParseEventID(e.ID)
	switch {
	case err != nil:
		return e, "", err
	case n != node:
		return e, "", fmt.Errorf("event %.80q comes from node %q", e.ID, node)
	case seq != e.Sequence:
		return e, "", fmt.Errorf("event %.80q has sequence %d", e.ID, e.Sequence)
	case seq == 0:
		return e, "", fmt.Errorf("event %.80q: sequences begin at 1", e.ID)
	case e.SpecVersion != "1.0":
		return e, "", fmt.Errorf("event %.80q: specversion %.20q: want 1.0", e.ID, e.SpecVersion)
	case e.Type == "":
		return e, "", fmt.Errorf("event %.80q has no type", e.ID)
	case e.Time.IsZero():
		return e, "", fmt.Errorf("event %.80q has no time", e.ID)
	}
	return e, epoch, nil
}

func decodeRequest(payload []byte) (r contract.Request, err error) {
	if err := decode(payload, &r); err != nil {
		return r, err
	}
	switch {
	case r.ID == "" || len(r.ID) > 64:
		return r, fmt.Errorf("request id %.80q: want 1 to 64 characters", r.ID)
	case r.Type == "":
		return r, fmt.Errorf("request %s has no type", r.ID)
	case r.Expires.IsZero():
		return r, fmt.Errorf("request %s never expires", r.ID)
	}
	return r, nil
}
