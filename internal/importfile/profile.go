package importfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"entraphone/internal/country"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/table"
)

// ReadProfile reads a profile in YAML, and checks what it says as flags are
// checked. Errors name the line, or the key.
func ReadProfile(r io.Reader) (heading.Profile, error) {
	p, err := heading.ReadProfile(r)
	if err != nil {
		return p, err
	}
	if err := checkOptions(p); err != nil {
		return p, fmt.Errorf("reading profile: %w", err)
	}
	return p, nil
}

// checkOptions checks what is also a flag, and calls it as the profile does. The
// functions that check options speak of flags, which a profile does not have.
func checkOptions(p heading.Profile) error {
	for _, condition := range p.Where {
		if _, _, _, ok := splitCondition(condition, nil); !ok {
			return fmt.Errorf("where: %q is no condition: %s", condition, conditionForm)
		}
	}
	opts := Options{}.with(p)
	_, encoding := table.Encoder(opts.Encoding)
	_, country := opts.country(country.New(phonenumber.DialCodes{}))
	_, domain := heading.Domain(opts.UserDomain)
	for _, err := range []error{openError(encoding, opts), country, unfitHeading("", domain)} {
		if wrong := (*FileError)(nil); errors.As(err, &wrong) {
			asKey := strings.NewReplacer("--encoding", "encoding:", "--default-country", "defaultCountry:", "--user-domain", "userDomain:")
			return errors.New(asKey.Replace(wrong.Found) + "; " + wrong.Advice)
		}
	}
	return nil
}

// Profile is how this file was read with opts, for files of its kind: by it the
// same file reads the same.
func (r Reading) Profile(opts Options) heading.Profile {
	opts = opts.with(opts.Profile)
	p := heading.Profile{
		Description: "read as " + r.Name + " was", Columns: map[string]heading.Texts{}, PartsOf: r.partsOf, Where: slices.Concat(opts.Profile.Where, opts.Where),
		Encoding: opts.Encoding, Sheet: opts.Sheet, DefaultCountry: r.DefaultCountry, UserDomain: opts.UserDomain,
		UserKey: string(r.UserKey), KeepColumns: slices.Concat(opts.Profile.KeepColumns, opts.KeepColumns),
	}
	phones := 0
	for _, c := range r.Columns {
		p.Columns[c.Key] = heading.Texts{c.Heading}
		if k, _ := heading.ParseKey(c.Key); k.IsPhone() {
			phones++
		}
	}
	// Its heading says just phone; as phoneNumber it is read again as what it was.
	if r.NumberOnly && phones == 1 {
		p.Columns[heading.PhoneNumber.String()] = p.Columns[heading.Mobile.String()]
		delete(p.Columns, heading.Mobile.String())
	}
	if r.paired { // a profile that names one pair would leave out the others
		delete(p.Columns, heading.PhoneType.String())
		delete(p.Columns, heading.PhoneNumber.String())
	}
	if r.codes == heading.CodesISO || r.codes == heading.CodesDial { // what was found out must not change with the rows
		p.CountryCodes = string(r.codes)
	}
	// It was found out by a few letters, which the next file may not have.
	if p.Encoding == "" && r.Encoding == windows1252 {
		p.Encoding = windows1252
	}
	return p
}
