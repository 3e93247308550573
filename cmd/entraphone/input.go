package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// input is a file that was read, and how.
type input struct {
	*importfile.File
	options importfile.Options
	copy    *os.File // of its bytes, or nil
}

// readInput is how every command reads its file. With a folder, the bytes are
// kept there for the time being: lines of the file are handed back at the end,
// and it may be gone or another one by then, or never have been one.
func readInput(ctx context.Context, p process, o fileOptions, folder string) (*input, error) {
	source, name, err := importfile.Open(o.path, p.stdin)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	in := &input{}
	if in.options, err = o.reading(report.Printable(name)); err != nil {
		return nil, err
	}
	var bytes io.Reader = source
	if folder != "" {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("making the folder for runs: %w", err)
		}
		if in.copy, err = os.CreateTemp(folder, "input-*"); err != nil { // only its owner may read it
			return nil, fmt.Errorf("keeping a copy of %s: %w", in.options.Name, err)
		}
		bytes = io.TeeReader(source, in.copy)
	}
	if in.File, err = importfile.Read(ctx, bytes, in.options); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// close forgets the copy.
func (in *input) close() {
	if in.copy != nil {
		_ = in.copy.Close()
		_ = os.Remove(in.copy.Name())
	}
}

// excerpt hands back the lines that have remarks, as they stood in the file.
func (in *input) excerpt(ctx context.Context, remarks map[int32]importfile.Remark, w io.Writer) error {
	if _, err := in.copy.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return importfile.Excerpt(ctx, in.copy, in.options, in.File, remarks, w)
}

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
	file, err := os.Open(name)
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

// reading is what the flags say about a file.
func (o *fileOptions) reading(name string) (importfile.Options, error) {
	columns := make(map[string]string)
	for _, pair := range o.columns {
		key, heading, ok := strings.Cut(pair, "=")
		if !ok || key == "" || heading == "" {
			return importfile.Options{}, usagef("--map %q is not KEY=HEADING, as in --map user=\"Work Email\"", pair)
		}
		if _, twice := columns[key]; twice {
			return importfile.Options{}, usagef("--map %s is given twice", key)
		}
		columns[key] = heading
	}
	if o.skip < 0 || o.limit < 0 {
		return importfile.Options{}, &usageError{[]error{errors.New("--skip and --limit: give numbers from 0")}}
	}
	p, err := readProfile(o.profile)
	return importfile.Options{
		Name: name, Map: columns, Profile: p, Where: o.where, Skip: o.skip, Limit: o.limit,
		DefaultCountry: o.defaultCountry, Encoding: o.encoding, UserDomain: o.userDomain,
	}, err
}
