package importfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourceErrors(t *testing.T) {
	broken := errors.New("the disk is on fire")
	_, err := Read(t.Context(), io.MultiReader(strings.NewReader("user,mobile\n"), failing{broken}), Options{Name: "a.csv"})
	if want := "reading a.csv: the disk is on fire"; !errors.Is(err, broken) || err.Error() != want {
		t.Errorf("Read of a broken source = %v, want %q", err, want)
	}
	_, err = Read(t.Context(), silent{}, Options{Name: "a.csv"})
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Read of a silent source = %v, want %v", err, io.ErrNoProgress)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestContextEndsRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := &endless{text: []byte("ada@example.com,+1 2065550101\n"), reads: func(n int) {
		if n == 500 {
			cancel()
		}
	}}
	_, err := Read(ctx, io.MultiReader(strings.NewReader("user,mobile\n"), endless), Options{Name: "a.csv"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Read = %v, want %v", err, context.Canceled)
	}
}

// endless repeats a text for ever.
type endless struct {
	text  []byte
	count int
	reads func(n int)
}

func (e *endless) Read(p []byte) (int, error) {
	e.count++
	e.reads(e.count)
	return copy(p, e.text), nil
}

func TestSHA256(t *testing.T) {
	text := "\ufeffuser,mobile\r\n\r\nada@example.com,+1 2065550101\n\n"
	sum := sha256.Sum256([]byte(text))
	if got, want := mustRead(t, text, Options{}).SHA256, hex.EncodeToString(sum[:]); got != want {
		t.Errorf("SHA256 = %s, want %s", got, want)
	}
}

// A source may give its bytes in any pieces.
func TestSmallPieces(t *testing.T) {
	text := "\ufeffuser,mobile,note\r\n" + strings.Repeat("\r\nada@example.com,\"+1 \"\"2065550101\",x\r\n"+
		"bo@example.com,+1 2065550102,\"a\r\nb\"\r1,2,3,4\r\ncy@example.com,\"+1\"2,\r\n", 100)
	want := showAll(mustRead(t, text, Options{}))
	f, err := Read(t.Context(), oneByte{strings.NewReader(text)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, showAll(f)); diff != "" || f.Rows.Len() != 400 {
		t.Errorf("%d rows byte by byte, want 400 (-want +got):\n%s", f.Rows.Len(), diff)
	}
}

type oneByte struct{ src io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.src.Read(p[:1]) }
