package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Checker collects what a Validator finds. Paths are relative to the value
// that is being checked.
type Checker struct {
	d      *decoder
	prefix string
}

// Spot is one value of the file.
type Spot struct {
	k      *Checker
	path   string
	secret bool
}

// At names a value by its path: "broker.listen", "services[3].prefix".
func (k *Checker) At(path string) Spot { return Spot{k: k, path: join(k.prefix, path)} }

// Atf is At with a format.
func (k *Checker) Atf(format string, args ...any) Spot { return k.At(fmt.Sprintf(format, args...)) }

// In is a Checker for the values below a path.
func (k *Checker) In(path string) *Checker { return &Checker{k.d, join(k.prefix, path)} }

// Badf says what is wrong with the value and what is wanted. The line and the
// value stand before it by themselves; a value that is missing has the line of
// what it should stand in. A value that could not be read at all has had its
// say already.
func (s Spot) Badf(format string, args ...any) {
	d := s.k.d
	p, given := d.places[s.path]
	if p.bad {
		return
	}
	for up := s.path; !given; {
		i := strings.LastIndexAny(up, ".[")
		if i < 0 {
			if p = d.places[""]; p.bad {
				return
			}
			p.value = ""
			break
		}
		up = up[:i]
		if p, given = d.places[up]; given {
			if p.bad {
				return
			}
			p.value = ""
		}
	}
	if s.secret {
		p.value = ""
	}
	d.problems = append(d.problems, Problem{File: d.file, Line: p.line, Path: s.path, Value: p.value, Text: fmt.Sprintf(format, args...)})
}

// Secret is the same spot, for a value that stands in no message.
func (s Spot) Secret() Spot {
	s.secret = true
	return s
}

// Given tells whether the value stands in the file.
func (s Spot) Given() bool {
	_, ok := s.k.d.places[s.path]
	return ok
}

// unread tells whether the value stands in the file and could not be read.
func (s Spot) unread() bool { return s.k.d.places[s.path].bad }

// check calls Check of v and of every struct inside it.
func check(k *Checker, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer && v.CanInterface() {
			if c, ok := v.Interface().(Validator); ok {
				c.Check(k)
			}
		}
		below(k, v.Elem())
	case reflect.Struct:
		if !v.CanAddr() { // a value of a map
			copied := reflect.New(v.Type()).Elem()
			copied.Set(v)
			v = copied
		}
		check(k, v.Addr())
	default:
		below(k, v)
	}
}

func below(k *Checker, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fields(v.Type()) {
			check(k.In(f.name), v.FieldByIndex(f.index))
		}
	case reflect.Slice:
		for i := range v.Len() {
			check(&Checker{k.d, fmt.Sprintf("%s[%d]", k.prefix, i)}, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if key.Kind() == reflect.String {
				check(k.In(key.String()), v.MapIndex(key))
			}
		}
	}
}
