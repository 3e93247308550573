package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// The first bytes of a file that is encrypted with age, by itself and as text:
// https://age-encryption.org/v1.
const (
	ageBinary = "age-encryption.org/v1\n"
	ageText   = armor.Header
)

// opener decrypts files for whoever has the identity, and remembers which of
// several has opened one.
type opener struct {
	path       string // of the identity file; empty for none
	identities []age.Identity
	by         age.Identity // nil while nothing encrypted was opened
}

// newOpener reads an identity file, and warns where others can read it, too.
// Nothing that stands in it gets into an error.
func newOpener(p process, path string) (*opener, error) {
	o := &opener{path: path}
	if path == "" {
		return o, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("reading --identity: %w", err)
	}
	keys, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, usagef("--identity %s holds no identity as age-keygen writes it: a line that begins with AGE-SECRET-KEY-", report.Printable(path))
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(p.console, "entraphone: warning: others than its owner can read the identity in %s: chmod 600 it\n", report.Printable(path))
	}
	for _, key := range keys {
		o.identities = append(o.identities, remembering{key, o})
	}
	return o, nil
}

// remembering tells the opener that it could unwrap the key of a file.
type remembering struct {
	age.Identity
	opener *opener
}

func (r remembering) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := r.Identity.Unwrap(stanzas)
	if err == nil {
		r.opener.by = r.Identity
	}
	return key, err
}

// open gives the bytes of a file as they were before somebody encrypted them; a
// file that nobody has encrypted comes as it is.
func (o *opener) open(source io.Reader, name string) (io.Reader, error) {
	in := bufio.NewReader(source)
	beginning, _ := in.Peek(len(ageText)) // what is wrong is told by the reading
	var sealed io.Reader = in
	switch {
	case bytes.HasPrefix(beginning, []byte(ageText)):
		sealed = armor.NewReader(in)
	case !bytes.HasPrefix(beginning, []byte(ageBinary)):
		return in, nil
	}
	if o.path == "" {
		return nil, usagef("%s is encrypted with age: give --identity FILE with the identity that it is encrypted to", name)
	}
	plain, err := age.Decrypt(sealed, o.identities...)
	var nobody *age.NoIdentityMatchError
	switch {
	case errors.As(err, &nobody):
		return nil, usagef("%s is not encrypted to an identity in %s", name, report.Printable(o.path))
	case err != nil:
		return nil, damaged(name, err)
	}
	return decrypting{plain, name}, nil
}

// recipients are those to whom a file is encrypted that only the opener of another
// may read; nil where that one was not encrypted, or its identity does not tell.
func (o *opener) recipients() []age.Recipient {
	switch identity := o.by.(type) {
	case *age.X25519Identity:
		return []age.Recipient{identity.Recipient()}
	case *age.HybridIdentity:
		return []age.Recipient{identity.Recipient()}
	}
	return nil
}

// decrypting says in our words what is wrong with an encrypted file. age gives no
// byte that it has not authenticated.
type decrypting struct {
	plain io.Reader
	name  string
}

func (d decrypting) Read(p []byte) (int, error) {
	n, err := d.plain.Read(p)
	var known *importfile.FileError
	if err == nil || err == io.EOF || errors.As(err, &known) {
		return n, err
	}
	return n, damaged(d.name, err)
}

func damaged(name string, err error) error {
	return &importfile.FileError{Name: name, Found: "the encrypted file is damaged or cut off (" + err.Error() + ")", Advice: "get it again", Err: err}
}

// readRecipients are those of --encrypt-to.
func readRecipients(texts []string) (recipients []age.Recipient, problems []error) {
	for _, text := range texts {
		some, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil || len(some) != 1 {
			problems = append(problems, fmt.Errorf("--encrypt-to %q: give an age recipient, age1…, as age-keygen prints it", text))
			continue
		}
		recipients = append(recipients, some[0])
	}
	return recipients, problems
}

// seal encrypts what write writes, to its end, before w gets any of it; for nobody,
// it does not.
func seal(w io.Writer, recipients []age.Recipient, write func(io.Writer) error) error {
	if len(recipients) == 0 {
		return write(w)
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return fmt.Errorf("encrypting: %w", err)
	}
	if err := write(sealed); err != nil {
		return err
	}
	return sealed.Close()
}
