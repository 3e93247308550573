package ledger_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/ledger"
)

func TestSecretIsMadeOnce(t *testing.T) {
	folder := t.TempDir()
	first, err := ledger.Secret(folder)
	must(t, err)
	second, err := ledger.Secret(folder)
	must(t, err)
	other, err := ledger.Secret(t.TempDir())
	must(t, err)
	if len(first) != ledger.SecretSize || !bytes.Equal(first, second) || bytes.Equal(first, other) {
		t.Errorf("the secrets of a folder have %d bytes, are the same twice: %v, and in another folder: %v", len(first), bytes.Equal(first, second), bytes.Equal(first, other))
	}
	files, err := os.ReadDir(folder)
	must(t, err)
	if len(files) != 1 {
		t.Errorf("the folder holds %v, want the secret only", files)
	}
	info, err := os.Stat(filepath.Join(folder, "secret"))
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("the secret has the mode %o, want 600", mode)
	}
}

func TestProcessesThatRaceGetOneSecret(t *testing.T) {
	for range 20 {
		folder := t.TempDir()
		secrets := make([][]byte, 8)
		var group errgroup.Group
		start := make(chan struct{})
		for i := range secrets {
			group.Go(func() (err error) {
				<-start
				secrets[i], err = ledger.Secret(folder)
				return err
			})
		}
		close(start)
		must(t, group.Wait())
		for _, s := range secrets {
			if !bytes.Equal(s, secrets[0]) {
				t.Fatal("two of them got different secrets")
			}
		}
	}
}

func TestSecretsThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
		mode os.FileMode
		says string
	}{
		{"short", 31, 0o600, "has 31 bytes"},
		{"long", 33, 0o600, "has 33 bytes"},
		{"empty", 0, 0o600, "has 0 bytes"},
		{"readable by the group", 32, 0o640, "chmod 600"},
		{"writable by all", 32, 0o602, "chmod 600"},
	} {
		if runtime.GOOS == "windows" && tt.mode != 0o600 {
			continue
		}
		folder := t.TempDir()
		path := filepath.Join(folder, "secret")
		must(t, os.WriteFile(path, bytes.Repeat([]byte{'s'}, tt.size), 0o600))
		must(t, os.Chmod(path, tt.mode))
		_, err := ledger.Secret(folder)
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "sss") {
			t.Errorf("%s: %v, want the path and %q", tt.name, err, tt.says)
		}
	}
	if _, err := ledger.Secret(filepath.Join(t.TempDir(), "no such folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
