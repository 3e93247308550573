//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"
)

// secretFile is a file with this mode, of this user.
type secretFile struct {
	mode fs.FileMode
	uid  int
}

func (f secretFile) Name() string       { return "client-secret" }
func (f secretFile) Size() int64        { return 20 }
func (f secretFile) Mode() fs.FileMode  { return f.mode }
func (f secretFile) ModTime() time.Time { return time.Time{} }
func (f secretFile) IsDir() bool        { return false }
func (f secretFile) Sys() any           { return &syscall.Stat_t{Uid: uint32(f.uid)} }

// A secret that a service manager has made readable for its service is not warned about.
func TestSecretsThatOthersCanRead(t *testing.T) {
	mine, roots := os.Geteuid(), os.Geteuid()+1
	for _, test := range []struct {
		file secretFile
		open bool
		what string
	}{
		{secretFile{0o600, mine}, false, "as it should be"},
		{secretFile{0o400, mine}, false, "as cron's"},
		{secretFile{0o640, mine}, true, "its group can read it"},
		{secretFile{0o604, mine}, true, "everybody can read it"},
		{secretFile{0o440, roots}, false, "systemd's, by a list of access, or Kubernetes', by its group"},
		{secretFile{0o444, roots}, true, "Kubernetes' by default"},
	} {
		if got := openToOthers(test.file); got != test.open {
			t.Errorf("%s (mode %v): %v, want %v", test.what, test.file.mode, got, test.open)
		}
	}
}
