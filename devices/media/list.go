package media

import (
	"maps"
	"slices"
	"time"
)

// List are the names of the pictures in the order of their files' paths, each
// once: a folder of slides is shown in the order of its listing. Files that have
// come or changed are seen within ten seconds.
func (x *Index) List(now time.Time) ([]string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if since := now.Sub(x.scanned); since < 0 || since >= rescan {
		if err := x.scan(now); err != nil {
			return nil, err
		}
	}
	var list []string
	for _, path := range slices.Sorted(maps.Keys(x.files)) {
		if e := x.files[path]; e.name != "" && x.names[e.name] == path {
			list = append(list, e.name)
		}
	}
	return list, nil
}
