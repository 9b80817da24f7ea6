package node

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// versions is how far each view has come in one session of the host
// (HALL-018). A view below that is set aside: of a host that begins again, a
// view may come before the word of its new session.
type versions struct {
	session string
	last    map[string]uint64
	aside   map[string]json.RawMessage
}

// begin takes the host's session. A new one starts all versions again, and
// gives back what was set aside.
func (v *versions) begin(session string) (views map[string]json.RawMessage) {
	if session == v.session {
		return nil
	}
	views = v.aside
	first := v.session == ""
	last := v.last
	*v = versions{session: session}
	if first {
		v.last = last // the views of the first session came before its word
	}
	v.make()
	for name, payload := range views {
		if version, err := versionOf(payload); err == nil {
			v.last[name] = version
		}
	}
	return views
}

func (v *versions) make() {
	if v.last == nil {
		v.last = map[string]uint64{}
	}
	if v.aside == nil {
		v.aside = map[string]json.RawMessage{}
	}
}

// rises tells whether a view is not below the last of its name.
func (v *versions) rises(name string, version uint64, payload []byte) bool {
	v.make()
	if version < v.last[name] {
		v.aside[name] = payload
		return false
	}
	v.last[name] = version
	delete(v.aside, name)
	return true
}

// versionOf reads the version of a view that is well-formed JSON, 0 when it
// has none. It reads no further than that, which is the first field of every
// view of this contract.
func versionOf(payload []byte) (version uint64, err error) {
	d := json.NewDecoder(bytes.NewReader(payload))
	if _, err := d.Token(); err != nil {
		return 0, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return 0, err
		}
		if name == "version" {
			if err := d.Decode(&version); err != nil {
				return 0, fmt.Errorf("version: %w", err)
			}
			return version, nil
		}
		var rest json.RawMessage
		if err := d.Decode(&rest); err != nil {
			return 0, err
		}
	}
	return 0, nil
}
