package directory

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ReadState reads what WriteState wrote. Members of a person may be left out as
// in a CSV file; unknown ones are an error, as are another version, anything
// that Add refuses, and anything behind the end. Errors name the user by
// number, the first being 1, and do not repeat values.
func ReadState(r io.Reader) (*Directory, error) {
	in := &limited{from: r, left: maxRecord}
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	d, err := readState(in, decoder)
	if err != nil {
		return nil, fmt.Errorf("reading state: %w", err)
	}
	return d, nil
}

func readState(in *limited, decoder *json.Decoder) (*Directory, error) {
	if err := expect(decoder, json.Delim('{'), "version"); err != nil {
		return nil, fmt.Errorf(`the beginning is not {"version":1,"users":[: %w`, err)
	}
	if err := expect(decoder, float64(1)); err != nil {
		return nil, fmt.Errorf("the version is not 1, the only one known here: %w", err)
	}
	if err := expect(decoder, "users", json.Delim('[')); err != nil {
		return nil, fmt.Errorf(`the beginning is not {"version":1,"users":[: %w`, err)
	}
	d := New()
	for {
		in.left = maxRecord
		if !decoder.More() {
			break
		}
		u := User{AccountEnabled: true}
		err := plain(decoder.Decode(&u))
		if err == nil {
			_, err = d.Add(u)
		}
		if err != nil {
			return nil, fmt.Errorf("user %d: %w", d.Len()+1, err)
		}
	}
	if err := expect(decoder, json.Delim(']'), json.Delim('}')); err != nil {
		return nil, fmt.Errorf("after user %d: %w", d.Len(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the end")
	}
	return d, nil
}

func expect(decoder *json.Decoder, tokens ...json.Token) error {
	for _, want := range tokens {
		got, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("there is no %v where it must be", want)
		}
	}
	return nil
}

// plain rewords an error that speaks of Go types.
func plain(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return errors.New("it is not an object")
	}
	return fmt.Errorf("%s has the wrong type", wrong.Field)
}

// WriteState writes people as JSON, in the order in which they come and one in
// a line:
//
//	{"version":1,"users":[
//	{"id":"...","userPrincipalName":"...","accountEnabled":true,"userType":"Member","mobile":"+1 2065550123"},
//	...
//	]}
//
// A person's members are named as Graph names them, and left out if they are
// empty or false, but for accountEnabled. ReadState gives back the same people
// with the same Refs, if they come in the order of their Refs.
func WriteState(w io.Writer, users iter.Seq[User]) error {
	out := bufio.NewWriter(w)
	var user bytes.Buffer
	encoder := json.NewEncoder(&user)
	encoder.SetEscapeHTML(false)
	out.WriteString(`{"version":1,"users":[`) // an error comes again with Flush
	between := "\n"
	for u := range users {
		user.Reset()
		if err := encoder.Encode(u); err != nil {
			return fmt.Errorf("writing state: %w", err)
		}
		out.WriteString(between)
		if _, err := out.Write(bytes.TrimSuffix(user.Bytes(), []byte("\n"))); err != nil {
			return fmt.Errorf("writing state: %w", err)
		}
		between = ",\n"
	}
	out.WriteString("\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	return nil
}
