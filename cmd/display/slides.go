package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	folders "hallward/devices/media"
	"hallward/kiosk/display/keeper"
	"hallward/kiosk/display/media"
	"hallward/kiosk/display/model"
)

// lookAgain is how often a folder of slides is looked at: who copies pictures
// into it sees them soon, and the disk is left alone.
const lookAgain = 30 * time.Second

// slides keeps the board's slides as they lie in folders of this machine, until
// ctx ends. A folder that is not there is tried again.
func slides(ctx context.Context, l model.Layout, k *keeper.Keeper, store *media.Store, log *slog.Logger) {
	open := map[string]*folders.Index{}
	bad := map[string]string{}
	defer func() {
		for _, x := range open {
			_ = x.Close()
		}
	}()
	t := time.NewTicker(lookAgain)
	defer t.Stop()
	for {
		for _, folder := range slideFolders(l) {
			err := list(folder, open, k, store)
			switch text := reason(err); {
			case text != "" && text != bad[folder]:
				log.Warn("slides are not shown", "folder", folder, "error", err)
			case text == "" && bad[folder] != "":
				log.Info("slides are shown again", "folder", folder)
			}
			bad[folder] = reason(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// list tells the board what lies in a folder now.
func list(folder string, open map[string]*folders.Index, k *keeper.Keeper, store *media.Store) error {
	x := open[folder]
	if x == nil {
		var err error
		if x, err = folders.Open(folder); err != nil {
			return err
		}
		open[folder] = x
		store.Own(x)
	}
	names, err := x.List(time.Now())
	if err != nil {
		return err
	}
	k.Pictures(folder, names)
	return nil
}

// slideFolders are the folders of all slides pages, each once.
func slideFolders(l model.Layout) []string {
	var all []string
	for _, p := range l.Panels {
		for _, s := range p.Pages {
			if s.Show == model.PageSlides && s.Folder != "" && !slices.Contains(all, s.Folder) {
				all = append(all, s.Folder)
			}
		}
	}
	return all
}
