package odata_test

import (
	"errors"
	"strings"
	"testing"

	"entraphone/internal/graphsim/odata"

	"github.com/google/go-cmp/cmp"
)

func TestParseSelect(t *testing.T) {
	got, err := odata.ParseSelect(" id,\tmail ,What/ever")
	if diff := cmp.Diff([]string{"id", "mail", "What/ever"}, got); diff != "" || err != nil {
		t.Errorf("ParseSelect: %v (-want +got):\n%s", err, diff)
	}
}

func TestParseOrderBy(t *testing.T) {
	got, err := odata.ParseOrderBy("MAIL, id \t DESC ,createdDateTime Asc", schema)
	want := []odata.Order{{Property: "mail"}, {Property: "id", Descending: true}, {Property: "createdDateTime"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ParseOrderBy: %v (-want +got):\n%s", err, diff)
	}
}

func TestListsRefuse(t *testing.T) {
	selectNames := func(text string) error {
		_, err := odata.ParseSelect(text)
		return err
	}
	orderBy := func(text string) error {
		_, err := odata.ParseOrderBy(text, schema)
		return err
	}
	tests := []struct {
		parse    func(string) error
		text     string
		kind     odata.Kind
		property string
		at       int
		message  string
	}{
		{selectNames, "", odata.Syntax, "", 0, "$select at position 0: there is no name"},
		{selectNames, "id,", odata.Syntax, "", 3, "there is no name"},
		{selectNames, "id, ,mail", odata.Syntax, "", 3, "there is no name"},
		{selectNames, strings.Repeat("a,", odata.MaxLength), odata.TooLarge, "", odata.MaxLength, "longer than"},
		{orderBy, "", odata.Syntax, "", 0, "$orderby at position 0: there is no name"},
		{orderBy, "id,,mail", odata.Syntax, "", 3, "there is no name"},
		{orderBy, "id, phone desc", odata.UnknownProperty, "phone", 4, `there is no property "phone"`},
		{orderBy, "id, Mail  down", odata.Syntax, "mail", 10, `"down" is neither asc nor desc`},
		{orderBy, "id desc mail", odata.Syntax, "id", 3, "neither asc nor desc"},
		{orderBy, "methodsRegistered", odata.Unfit, "methodsRegistered", 0, "many values"},
		{orderBy, strings.Repeat(" ", odata.MaxLength+1), odata.TooLarge, "", odata.MaxLength, "longer than"},
	}
	for _, test := range tests {
		shown := test.text[:min(len(test.text), 40)]
		err := test.parse(test.text)
		var refused *odata.Error
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v, want an *Error", shown, err)
			continue
		}
		if refused.Kind != test.kind || refused.Property != test.property || refused.Position != test.at || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%q: kind %d, property %q, position %d, %q, want %d, %q, %d, %q", shown,
				refused.Kind, refused.Property, refused.Position, err, test.kind, test.property, test.at, test.message)
		}
	}
}
