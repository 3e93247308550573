package graphsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// User is one person of the directory. Phones are in Graph's form, empty for
// none.
type User struct {
	// ID is the object id; if empty, one follows from the UserPrincipalName.
	ID                string
	UserPrincipalName string

	Mobile, AlternateMobile, Office string

	Fault UserFault
}

// UserFault is what goes wrong whenever this user's phones are touched.
type UserFault string

const (
	// NoFault: nothing goes wrong.
	NoFault UserFault = ""
	// Protected: writes answer 403, as they do if the target outranks the
	// caller.
	Protected UserFault = "protected"
	// LostAnswer: writes are done but the connection is cut before the answer
	// (for a whole $batch), and reads answer 503.
	LostAnswer UserFault = "lost-answer"
	// RefusedNumber: every number is refused as invalidPhoneNumber.
	RefusedNumber UserFault = "refused-number"
)

// phone gives the field of a phone type.
func (u *User) phone(t phoneType) *string {
	return [...]*string{mobile: &u.Mobile, alternateMobile: &u.AlternateMobile, office: &u.Office}[t]
}

// ReadDirectory reads users from CSV with a heading. Of the columns
// userPrincipalName, id, mobile, alternateMobile, office and fault only the
// first is required; order and case do not matter. Errors name the line.
func ReadDirectory(r io.Reader) ([]User, error) {
	users, err := readUsers(csv.NewReader(skipBOM(r)))
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	return users, nil
}

func skipBOM(r io.Reader) io.Reader {
	const bom = "\ufeff"
	start := make([]byte, len(bom))
	n, _ := io.ReadFull(r, start) // a real error comes again with the next read
	return io.MultiReader(bytes.NewReader(bytes.TrimPrefix(start[:n], []byte(bom))), r)
}

func readUsers(reader *csv.Reader) ([]User, error) {
	heading, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("line 1: a heading with userPrincipalName is missing")
	}
	if err != nil {
		return nil, err
	}
	columns, err := directoryColumns(heading)
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	users := []User{}
	lineOf := map[string]int{} // by folded key
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return users, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		u, err := readUser(columns, record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		for _, key := range []string{fold(u.UserPrincipalName), fold(u.ID)} {
			if first, ok := lineOf[key]; ok {
				return nil, fmt.Errorf("line %d: %s stands in line %d already", line, key, first)
			}
			lineOf[key] = line
		}
		users = append(users, u)
	}
}

// directoryColumns finds which field each column fills, in folded form.
func directoryColumns(heading []string) ([]string, error) {
	known := []string{"userPrincipalName", "id", "mobile", "alternateMobile", "office", "fault"}
	columns := make([]string, len(heading))
	seen := map[string]bool{}
	for i, name := range heading {
		column := fold(strings.TrimSpace(name))
		switch {
		case !slices.ContainsFunc(known, func(k string) bool { return fold(k) == column }):
			return nil, fmt.Errorf("column %q is not one of %s", name, strings.Join(known, ", "))
		case seen[column]:
			return nil, fmt.Errorf("column %q stands twice", name)
		}
		seen[column] = true
		columns[i] = column
	}
	if !seen["userprincipalname"] {
		return nil, fmt.Errorf("the column userPrincipalName is missing; columns can be %s", strings.Join(known, ", "))
	}
	return columns, nil
}

func readUser(columns, record []string) (User, error) {
	var u User
	for i, cell := range record {
		cell = strings.TrimSpace(cell)
		switch columns[i] {
		case "userprincipalname":
			u.UserPrincipalName = cell
		case "id":
			u.ID = cell
		case "fault":
			u.Fault = UserFault(cell)
		case "mobile":
			u.Mobile = cell
		case "alternatemobile":
			u.AlternateMobile = cell
		case "office":
			u.Office = cell
		}
	}
	if u.UserPrincipalName == "" {
		return User{}, errors.New("userPrincipalName is empty")
	}
	switch u.Fault {
	case NoFault, Protected, LostAnswer, RefusedNumber:
	default:
		return User{}, fmt.Errorf("fault %q is not one of %s, %s, %s", u.Fault, Protected, LostAnswer, RefusedNumber)
	}
	if u.ID == "" {
		u.ID = derivedID(u.UserPrincipalName)
	}
	return u, u.storePhones()
}

// storePhones brings the phones into the form in which they are stored.
func (u *User) storePhones() error {
	for t, known := range phoneTypes {
		number := u.phone(phoneType(t))
		if *number == "" {
			continue
		}
		stored, ok := storedNumber(*number)
		if !ok {
			return fmt.Errorf("%s is not of the form +{country code} {number}x{extension}", known.name)
		}
		*number = stored
	}
	return nil
}

// derivedID is the same for every spelling of a userPrincipalName.
func derivedID(userPrincipalName string) string {
	sum := sha256.Sum256([]byte(fold(userPrincipalName)))
	return guid(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
}

// fold makes keys comparable: Entra ID takes ids and names in any case.
func fold(key string) string { return strings.ToLower(key) }
