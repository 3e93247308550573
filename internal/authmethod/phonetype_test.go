package authmethod_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

// The ids are those that Microsoft documents for every user of every tenant.
func TestPhoneTypesAndTheirIDs(t *testing.T) {
	for _, test := range []struct {
		phoneType authmethod.PhoneType
		word, id  string
	}{
		{authmethod.PhoneTypeMobile, "mobile", "3179e48a-750b-4051-897c-87b9720928f7"},
		{authmethod.PhoneTypeAlternateMobile, "alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41"},
		{authmethod.PhoneTypeOffice, "office", "e37fc753-ff3b-4958-9484-eaa9425c82bc"},
	} {
		text, err := json.Marshal(map[string]any{"phoneType": test.phoneType})
		if want := `{"phoneType":"` + test.word + `"}`; err != nil || string(text) != want {
			t.Errorf("in JSON a phone type is %s, %v, want %s", text, err, want)
		}
		if got := fmt.Sprintf("%v", test.phoneType); got != test.word {
			t.Errorf("a phone type prints as %s, want %s", got, test.word)
		}
		if got := test.phoneType.ID(); got != test.id {
			t.Errorf("the id of %s is %s, want %s", test.word, got, test.id)
		}
	}
}

// Graph's words are three, and the case counts: whatever else a cell holds has no
// id, which would name a phone, and comes behind the phones.
func TestOtherTextsAreNotPhoneTypes(t *testing.T) {
	types := []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice}
	for _, text := range []authmethod.PhoneType{"", "Mobile", "alternatemobile", "home", "mobile ", "fax"} {
		if text.ID() != "" || text.Rank() <= authmethod.PhoneTypeOffice.Rank() {
			t.Errorf("%q has the id %q and the rank %d, want none and one behind the phones", text, text.ID(), text.Rank())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := authmethod.PhoneType(rapid.String().Draw(t, "text"))
		if known := slices.Contains(types, text); known != (text.ID() != "") {
			t.Fatalf("%q has the id %q", text, text.ID())
		}
	})
}

// However the rows of a user stand in the file, sorting them by rank gives the
// order that Graph needs: no alternateMobile before its mobile.
func TestRankIsTheOrderOfCreation(t *testing.T) {
	want := []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice, "home"}
	rapid.Check(t, func(t *rapid.T) {
		got := rapid.Permutation(want).Draw(t, "rows")
		slices.SortFunc(got, func(a, b authmethod.PhoneType) int { return a.Rank() - b.Rank() })
		if !slices.Equal(got, want) {
			t.Fatalf("sorted by rank: %v, want %v", got, want)
		}
	})
}
