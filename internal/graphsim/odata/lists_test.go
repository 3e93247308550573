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
	got, err := odata.ParseOrderBy("MAIL, id \t DESC ,employeeId Asc", schema)
	want := []odata.Order{{Property: "mail"}, {Property: "id", Descending: true}, {Property: "employeeId"}}
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
		parse   func(string) error
		text    string
		at      int
		message string
	}{
		{selectNames, "", 0, "$select at position 0: there is no name"},
		{selectNames, "id,", 3, "there is no name"},
		{selectNames, "id, ,mail", 3, "there is no name"},
		{selectNames, strings.Repeat("a,", odata.MaxLength), odata.MaxLength, "longer than"},
		{orderBy, "", 0, "$orderby at position 0: there is no name"},
		{orderBy, "id,,mail", 3, "there is no name"},
		{orderBy, "id, phone desc", 4, `there is no property "phone"`},
		{orderBy, "id, Mail  down", 10, `"down" is neither asc nor desc`},
		{orderBy, "id desc mail", 3, "neither asc nor desc"},
		{orderBy, "methodsRegistered", 0, "many values"},
		{orderBy, strings.Repeat(" ", odata.MaxLength+1), odata.MaxLength, "longer than"},
	}
	for _, test := range tests {
		shown := test.text[:min(len(test.text), 40)]
		err := test.parse(test.text)
		var refused *odata.Error
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v, want an *Error", shown, err)
			continue
		}
		if refused.Position != test.at || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%q: position %d, %q, want %d, %q", shown, refused.Position, err, test.at, test.message)
		}
	}
}
