package catalog

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"
)

// settings reads one device's settings and collects every mistake. A key that
// nobody asked for is a mistake too: it is mistyped.
type settings struct {
	spec  Spec
	at    string         // "settings." or "settings.terminals[0]."
	left  map[string]any // keys not yet asked for
	asked []string
	errs  []error
}

func (s *settings) bad(key string, value any, problem string) {
	s.errs = append(s.errs, &SettingError{Device: s.spec.ID, Key: key, Value: value, Problem: problem})
}

func (s *settings) path(key string) string {
	if s.at == "" {
		return "settings." + key
	}
	return s.at + key
}

func (s *settings) take(key string) (any, bool) {
	s.asked = append(s.asked, key)
	value, ok := s.left[key]
	delete(s.left, key)
	return value, ok && value != nil
}

// rest reports the keys that are left over.
func (s *settings) rest() {
	sort.Strings(s.asked)
	keys := make([]string, 0, len(s.left))
	for key := range s.left {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		s.bad(s.path(key), s.left[key], "unknown setting, known are "+strings.Join(s.asked, ", "))
	}
}

// text is a string, one of allowed unless that is empty.
func (s *settings) text(key, missing string, allowed ...string) string {
	value, ok := s.take(key)
	if !ok {
		return missing
	}
	var t string
	switch v := value.(type) {
	case string:
		t = v
	case int, int64, uint64: // a serial number that is all digits
		t = fmt.Sprint(v)
	default:
		s.bad(s.path(key), value, "want a text")
		return missing
	}
	for _, a := range allowed {
		if t == a {
			return t
		}
	}
	if len(allowed) > 0 {
		s.bad(s.path(key), value, "want one of "+strings.Join(allowed, ", "))
		return missing
	}
	return t
}

// whole is an integer in min..max.
func (s *settings) whole(key string, missing, min, max int) int {
	value, ok := s.take(key)
	if !ok {
		return missing
	}
	n, ok := number(value)
	if !ok || n < min || n > max {
		s.bad(s.path(key), value, fmt.Sprintf("want a whole number from %d to %d", min, max))
		return missing
	}
	return n
}

// wholes is a list of different integers in min..max.
func (s *settings) wholes(key string, min, max int) []int {
	value, ok := s.take(key)
	if !ok {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		s.bad(s.path(key), value, fmt.Sprintf("want a list of whole numbers from %d to %d", min, max))
		return nil
	}
	var ns []int
	seen := map[int]bool{}
	for i, item := range list {
		n, ok := number(item)
		switch at := fmt.Sprintf("%s[%d]", s.path(key), i); {
		case !ok || n < min || n > max:
			s.bad(at, item, fmt.Sprintf("want a whole number from %d to %d", min, max))
		case seen[n]:
			s.bad(at, item, "stands twice in the list")
		default:
			seen[n] = true
			ns = append(ns, n)
		}
	}
	return ns
}

// table maps whole numbers to whole numbers.
func (s *settings) table(key string, minKey, maxKey, min, max int) map[int]int {
	value, ok := s.take(key)
	if !ok {
		return nil
	}
	pairs := map[any]any{}
	switch v := value.(type) {
	case map[string]any:
		for k, x := range v {
			pairs[k] = x
		}
	case map[any]any:
		pairs = v
	default:
		s.bad(s.path(key), value, "want a table of numbers")
		return nil
	}
	m := map[int]int{}
	for k, x := range pairs {
		from, okKey := tableKey(k)
		to, ok := number(x)
		if !okKey || from < minKey || from > maxKey {
			s.bad(s.path(key), k, fmt.Sprintf("want a key from %d to %d", minKey, maxKey))
		} else if !ok || to < min || to > max {
			s.bad(fmt.Sprintf("%s.%d", s.path(key), from), x, fmt.Sprintf("want a whole number from %d to %d", min, max))
		} else {
			m[from] = to
		}
	}
	return m
}

// span is a duration like "2s", in min..max.
func (s *settings) span(key string, missing, min, max time.Duration) time.Duration {
	value, ok := s.take(key)
	if !ok {
		return missing
	}
	t, _ := value.(string)
	d, err := time.ParseDuration(t)
	if err != nil || d < min || d > max {
		s.bad(s.path(key), value, fmt.Sprintf("want a time from %s to %s, like 2s", min, max))
		return missing
	}
	return d
}

// yes is true or false.
func (s *settings) yes(key string, missing bool) bool {
	value, ok := s.take(key)
	if !ok {
		return missing
	}
	b, ok := value.(bool)
	if !ok {
		s.bad(s.path(key), value, "want true or false")
		return missing
	}
	return b
}

// each reads a list of tables.
func (s *settings) each(key string, read func(*settings)) {
	value, ok := s.take(key)
	if !ok {
		return
	}
	list, ok := value.([]any)
	if !ok {
		s.bad(s.path(key), value, "want a list")
		return
	}
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", s.path(key), i)
		m, ok := item.(map[string]any)
		if !ok {
			s.bad(at, item, "want a table of settings")
			continue
		}
		sub := &settings{spec: s.spec, at: at + ".", left: map[string]any{}}
		for k, v := range m {
			sub.left[k] = v
		}
		read(sub)
		sub.rest()
		s.errs = append(s.errs, sub.errs...)
	}
}

// number reads an integer as a YAML or JSON reader may hand it over.
func number(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), n >= math.MinInt32 && n <= math.MaxInt32
	case uint64:
		return int(n), n <= math.MaxInt32
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32
	}
	return 0, false
}

// tableKey reads an integer that stands as a key, which may have become text.
func tableKey(v any) (int, bool) {
	if t, ok := v.(string); ok {
		n, err := strconv.Atoi(t)
		return n, err == nil
	}
	return number(v)
}
