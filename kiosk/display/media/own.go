package media

import (
	"io"
	"time"

	"hallward/devices/media"
)

// Own adds a folder of this machine: pictures that lie there are not asked from
// the hall.
func (s *Store) Own(folder *media.Index) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own = append(s.own, folder)
	for _, w := range s.want {
		*w = wanted{used: w.used}
	}
	poke(s.wake)
}

// bringOwn takes a picture from this machine's own folders.
func (s *Store) bringOwn(name string) bool {
	s.mu.Lock()
	folders := s.own
	s.mu.Unlock()
	for _, x := range folders {
		f, _, err := x.Find(name, time.Now())
		if err != nil {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(f, media.MaxBytes+1))
		_ = f.Close()
		if err == nil {
			err = media.Check(name, raw)
		}
		if err != nil {
			continue // it is being replaced
		}
		img, err := decode(name, raw, s.o.Most)
		if err != nil {
			continue
		}
		s.mu.Lock()
		s.keep(name, img)
		s.mu.Unlock()
		return true
	}
	return false
}
