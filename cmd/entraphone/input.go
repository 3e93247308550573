package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/heading"
	"entraphone/internal/importfile"
)

// input is a file that was read, and how. Rows hold what they need, so that the
// bytes are read again only for the rejects.
type input struct {
	*importfile.File
	options importfile.Options
	opener  *opener // of what is encrypted
	copy    string  // path of its bytes, compressed; empty where there are none
}

// readInput is how every command reads its file. With a folder, the bytes are
// kept there, compressed: lines of the file are handed back at the end, and it
// may be gone or another one by then, or never have been one. The copy has a
// temporary name until the run has a folder. Only its owner can read it. Of a file
// that came encrypted, it is the bytes as they came.
func readInput(ctx context.Context, p process, o fileOptions, folder string) (*input, error) {
	source, name, err := importfile.Open(ctx, o.path, p.stdin)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	in := &input{}
	if in.options, err = o.reading(fileNamed(cmp.Or(o.name, name))); err != nil {
		return nil, err
	}
	if in.opener, err = newOpener(p, o.identity); err != nil {
		return nil, err
	}
	if folder == "" {
		return in, in.read(ctx, source)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for runs: %w", err)
	}
	kept, err := os.CreateTemp(folder, "input-*") // only its owner may read it
	if err != nil {
		return nil, fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
	}
	in.copy = kept.Name()
	packed, _ := gzip.NewWriterLevel(kept, gzip.BestSpeed) // a level that exists
	err = in.read(ctx, io.TeeReader(source, packed))
	if err == nil {
		err = errors.Join(packed.Close(), kept.Sync())
	}
	if err = errors.Join(err, kept.Close()); err != nil {
		in.forget()
		return nil, err
	}
	return in, nil
}

// read reads the rows of what is encrypted, or is not.
func (in *input) read(ctx context.Context, source io.Reader) error {
	plain, err := in.opener.open(source, in.options.Name)
	if err == nil {
		in.File, err = importfile.Read(ctx, plain, in.options)
	}
	return err
}

// readKept reads the copy that a run has kept of its input. The options are
// those of the run, so that the same rows come out.
func readKept(ctx context.Context, p process, o fileOptions, name, path string) (*input, error) {
	in := &input{copy: path}
	var err error
	if in.options, err = o.reading(name); err != nil {
		return nil, err
	}
	if in.opener, err = newOpener(p, o.identity); err != nil {
		return nil, err
	}
	source, err := openKept(path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	if err := in.read(ctx, source); err != nil {
		return nil, fmt.Errorf("reading what the run has kept in %s: %w", path, err)
	}
	return in, nil
}

// kept is a compressed copy that is being read.
type kept struct {
	*gzip.Reader
	file *os.File
}

func openKept(path string) (*kept, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the kept input: %w", err)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the kept input %s: %w", path, err), file.Close())
	}
	return &kept{unpacked, file}, nil
}

// Close closes the file.
func (k *kept) Close() error { return k.file.Close() }

// keep moves the copy to where a run has it. Both are on one file system, below
// the folder of runs.
func (in *input) keep(path string) error {
	if in.copy == path {
		return nil
	}
	// What an earlier attempt has read may be needed again.
	for n := 1; ; n++ {
		older := strings.TrimSuffix(path, ".gz") + fmt.Sprintf("-%d.gz", n)
		if _, err := os.Stat(older); err == nil {
			continue
		}
		if err := os.Rename(path, older); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
		}
		break
	}
	if err := os.Rename(in.copy, path); err != nil {
		return fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
	}
	in.copy = path
	return nil
}

// forget removes the copy.
func (in *input) forget() {
	if in.copy != "" {
		_ = os.Remove(in.copy)
	}
}

// excerpt hands back the lines that have remarks, as they stood in the file. Of a
// file that came encrypted, they are encrypted to whom it was opened by.
func (in *input) excerpt(ctx context.Context, remarks map[int32]importfile.Remark, w io.Writer) error {
	source, err := openKept(in.copy)
	if err != nil {
		return err
	}
	defer source.Close()
	plain, err := in.opener.open(source, in.options.Name)
	if err != nil {
		return err
	}
	return seal(w, in.opener.recipients(), func(w io.Writer) error {
		return importfile.Excerpt(ctx, plain, in.options, in.File, remarks, w)
	})
}

// profileFlag adds --profile, which says what for.
func profileFlag(set *pflag.FlagSet, profile *string, what string) {
	set.StringVar(profile, "profile", "", what+" this `PROFILE`: a YAML file, or one of "+strings.Join(heading.ProfileNames(), ", "))
}

// readProfile is empty without a name.
func readProfile(name string) (heading.Profile, error) {
	if name == "" {
		return heading.Profile{}, nil
	}
	if p, named := heading.NamedProfile(name); named {
		return p, nil
	}
	file, err := openProfile(name)
	if err != nil {
		return heading.Profile{}, usagef("reading --profile: %w; it is neither a file nor one of %s", err, strings.Join(heading.ProfileNames(), ", "))
	}
	defer file.Close()
	p, err := importfile.ReadProfile(file)
	if err != nil {
		return heading.Profile{}, usagef("--profile %s: %w", name, err)
	}
	p.Name = name
	return p, nil
}

// reading is what the flags say about a file. What is wrong with a flag is a
// usageError.
func (o *fileOptions) reading(name string) (importfile.Options, error) {
	columns := make(map[string]string)
	for _, pair := range o.columns {
		key, column, ok := strings.Cut(pair, "=")
		if !ok || key == "" || column == "" {
			return importfile.Options{}, usagef("--map %q is not KEY=HEADING, as in --map user=\"Work Email\"", pair)
		}
		if _, twice := columns[key]; twice {
			return importfile.Options{}, usagef("--map %s is given twice", key)
		}
		columns[key] = column
	}
	if o.skip < 0 || o.limit < 0 {
		return importfile.Options{}, &usageError{[]error{errors.New("--skip and --limit: give numbers from 0")}}
	}
	key, known := heading.ParseUserKey(o.userKey)
	switch {
	case !known:
		return importfile.Options{}, usagef("--user-key %q: give %s", o.userKey, strings.Join(heading.UserKeys(), ", "))
	case key.LookedUp() && o.userDomain != "":
		return importfile.Options{}, usagef("--user-domain completes userPrincipalNames: leave it out with --user-key %s", key)
	}
	p, err := readProfile(o.profile)
	return importfile.Options{
		Name: name, Map: columns, Profile: p, Where: o.where, KeepColumns: o.keepColumns, Skip: o.skip, Limit: o.limit,
		DefaultCountry: o.defaultCountry, Encoding: o.encoding, UserKey: key, UserDomain: o.userDomain, Action: o.action,
	}, err
}
