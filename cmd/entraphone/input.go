package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// input is a file that was read, and how. Rows hold what they need, so that the
// bytes are read again only for the rejects.
type input struct {
	*importfile.File
	options importfile.Options
	opener  *opener  // of what is encrypted
	copy    *os.File // its bytes, compressed; nil where there are none
	kept    bool     // the run has them
}

// readInput is how every command reads its file. With a folder, the bytes are
// copied there, compressed: lines of the file are handed back at the end, and it
// may be gone or another one by then, or never have been one. The copy has no name,
// so that nothing of it is left however the process ends. Of a file that came
// encrypted, it is the bytes as they came.
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
	if in.copy, err = nameless(folder); err != nil {
		return nil, fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
	}
	packed, _ := gzip.NewWriterLevel(in.copy, gzip.BestSpeed) // a level that exists
	err = in.read(ctx, io.TeeReader(source, packed))
	if err = errors.Join(err, packed.Close()); err != nil {
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

// namelessPrefix is how the names of such files begin while they have one.
const namelessPrefix = "input-"

// nameless makes a file that only its owner can read, and takes its name away. On
// Windows it has one as long as it is open; those of processes that died are removed
// by the next, and those of others cannot be.
func nameless(folder string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), namelessPrefix) {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
	file, err := os.CreateTemp(folder, namelessPrefix+"*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil && runtime.GOOS != "windows" && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// readKept reads the copy that a run has kept of its input. The options are
// those of the run, so that the same rows come out.
func readKept(ctx context.Context, p process, o fileOptions, name, path string) (*input, error) {
	in := &input{kept: true}
	var err error
	if in.options, err = o.reading(name); err != nil {
		return nil, err
	}
	if in.opener, err = newOpener(p, o.identity); err != nil {
		return nil, err
	}
	if in.copy, err = os.OpenInRoot(filepath.Dir(path), filepath.Base(path)); err != nil {
		return nil, fmt.Errorf("reading the kept input: %w", err)
	}
	source, err := in.unpacked()
	if err == nil {
		err = in.read(ctx, source)
	}
	if err != nil {
		in.forget()
		return nil, fmt.Errorf("reading what the run has kept in %s: %w", path, err)
	}
	return in, nil
}

// packed is the copy, from its beginning.
func (in *input) packed() io.Reader { return io.NewSectionReader(in.copy, 0, math.MaxInt64) }

// unpacked are the bytes of the file.
func (in *input) unpacked() (io.Reader, error) { return gzip.NewReader(in.packed()) }

// keep writes the copy to where a run has it.
func (in *input) keep(path string) error {
	if in.copy == nil || in.kept {
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
	err := report.Publish(path, func(w io.Writer) error {
		_, err := io.Copy(w, in.packed())
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
	}
	in.kept = true
	return nil
}

// forget gives up the copy; what a run has kept stays.
func (in *input) forget() {
	if in.copy != nil {
		_ = in.copy.Close()
		if !in.kept && runtime.GOOS == "windows" {
			_ = os.Remove(in.copy.Name())
		}
	}
}

// excerpt hands back the lines that have remarks, as they stood in the file.
func (in *input) excerpt(ctx context.Context, remarks map[int32]importfile.Remark, w io.Writer) error {
	return in.copied(ctx, importfile.Excerpt, remarks, w)
}

// fixed hands back the whole file, with its numbers as they would be sent.
func (in *input) fixed(ctx context.Context, remarks map[int32]importfile.Remark, w io.Writer) error {
	return in.copied(ctx, importfile.Fixed, remarks, w)
}

// copied copies lines of the file. Of one that came encrypted, they are encrypted to
// whom it was opened by.
func (in *input) copied(ctx context.Context, lines func(context.Context, io.Reader, importfile.Options, *importfile.File, map[int32]importfile.Remark, io.Writer) error,
	remarks map[int32]importfile.Remark, w io.Writer) error {
	source, err := in.unpacked()
	if err != nil {
		return fmt.Errorf("reading the copy of %s: %w", in.options.Name, err)
	}
	plain, err := in.opener.open(source, in.options.Name)
	if err != nil {
		return err
	}
	return seal(w, in.opener.recipients(), func(w io.Writer) error {
		return lines(ctx, plain, in.options, in.File, remarks, w)
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
	text, err := settingsPart(name)
	if err != nil {
		err = fmt.Errorf("reading --profile: %w; it is neither a file nor one of %s", err, strings.Join(heading.ProfileNames(), ", "))
		return heading.Profile{}, usagef("%w", meant(err, name, heading.ProfileNames()))
	}
	p, err := importfile.ReadProfile(bytes.NewReader(text))
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
		DefaultCountry: o.defaultCountry, Encoding: o.encoding, Sheet: o.sheet, UserKey: key, UserDomain: o.userDomain, Action: o.action, Users: o.shard.users(),
	}, err
}
