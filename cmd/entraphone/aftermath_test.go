package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
)

// Jobs that end at the same moment share the folder of runs, and what one of them points
// at or removes is no error of another.
func TestRunsThatEndTogether(t *testing.T) {
	state := t.TempDir()
	var jobs errgroup.Group
	for n := range 8 {
		jobs.Go(func() error {
			for range 40 {
				folder, err := newRunFolder(state, fmt.Sprintf("job%d.csv", n), "", time.Now().Add(-48*time.Hour))
				if err == nil {
					err = pointAtLatest(state, folder)
				}
				if err == nil {
					_, _, err = removeRuns(state, 24*time.Hour, false)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := jobs.Wait(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(state, "*.new")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Lstat(filepath.Join(state, latest)); err != nil {
		t.Error(err)
	}
}

// Credentials may drop out at the same moment.
func TestCredentialsEndTogether(t *testing.T) {
	all := &target{ended: map[string]error{}, logger: zerolog.Nop()}
	var workers errgroup.Group
	for n := range 8 {
		workers.Go(func() error {
			all.end(fmt.Sprint(n), errors.New("refused"))
			return nil
		})
	}
	_ = workers.Wait() // none returns an error
	if words := all.endedInWords(); len(words) != 8 {
		t.Errorf("%d credentials have ended, want 8", len(words))
	}
}
