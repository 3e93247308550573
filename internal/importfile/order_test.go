package importfile

import (
	"fmt"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// What a line says is to be done, by the words of its cells; and what it cannot mean is
// a problem of its rows.
func TestOrdersOfLines(t *testing.T) {
	for _, test := range []struct {
		name, text string
		action     authmethod.Action // of the options
		want       []string
	}{
		{"every word", "upn,mobile,action\na@x.com,+12065550100,upsert\nb@x.com,+12065550100,Create\nc@x.com,+12065550100,UPDATE\nd@x.com,+12065550100,remove\n" +
			"e@x.com,+12065550100,skip\nf@x.com,+12065550100,\ng@x.com,+12065550100,delete\n", 0,
			[]string{"2 mobile upsert +1 2065550100", "3 mobile create +1 2065550100", "4 mobile update +1 2065550100", "5 mobile remove +1 2065550100",
				"6 mobile skip +1 2065550100", "7 mobile import +1 2065550100", "8 mobile remove +1 2065550100"}},
		{"a word that is none", "upn,mobile,action\na@x.com,+12065550100,upsert\nb@x.com,+12065550100,terminate\n", 0,
			[]string{"2 mobile upsert +1 2065550100", "3 mobile import  action-unknown"}},
		{"another program's column", "upn,mobile,action\na@x.com,+12065550100,Hire\nb@x.com,+12065550100,Transfer\n", 0,
			[]string{"2 mobile import +1 2065550100", "3 mobile import +1 2065550100"}},
		{"removal without a number, wide", "upn,mobile,office,action\na@x.com,,,remove\nb@x.com,+12065550100,,remove\nc@x.com,,,upsert\n", 0,
			[]string{"2 mobile remove ", "2 office remove ", "3 mobile remove +1 2065550100"}},
		{"removal without a number, long", "upn,phoneType,phoneNumber,action\na@x.com,office,,remove\nb@x.com,,,remove\nc@x.com,office,,upsert\n", 0,
			[]string{"2 office remove ", "3  remove  phone-type", "4 office upsert  number-missing"}},
		{"users alone", "upn,name\na@x.com,Ada\n", authmethod.Remove, []string{"2 mobile remove ", "2 alternateMobile remove ", "2 office remove "}},
		{"users and types", "upn,phoneType\na@x.com,office\nb@x.com,pager\n", authmethod.Remove, []string{"2 office remove ", "3 pager remove  phone-type"}},
		{"users and numbers", "upn,mobile\na@x.com,+12065550100\nb@x.com,\nc@x.com,0800\n", authmethod.Remove,
			[]string{"2 mobile remove +1 2065550100", "3 mobile remove ", "4 mobile remove  no-country"}},
		{"no user", "upn,mobile\n,\na@x.com,\n", authmethod.Remove, []string{"3 mobile remove "}},
		{"forced", "upn,mobile,office,ForcedUpdate,ForcedRemoval\na@x.com,+12065550100,,True,True\nb@x.com,+12065550100,,False,False\nc@x.com,,,,yes\nd@x.com,+12065550100,,maybe,\n", 0,
			[]string{"2 mobile upsert +1 2065550100", "2 office remove ", "3 mobile import +1 2065550100", "4 mobile remove ", "4 office remove ", "5 mobile import  switch-unknown"}},
		{"SMS sign-in", "upn,mobile,smsSignIn\na@x.com,+12065550100,enable\nb@x.com,+12065550100,No\nc@x.com,+12065550100,\n", 0,
			[]string{"2 mobile import +1 2065550100 enableSms", "3 mobile import +1 2065550100 disableSms", "4 mobile import +1 2065550100"}},
	} {
		f, err := Read(t.Context(), strings.NewReader(test.text), Options{Name: "f.csv", Action: test.action})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for _, r := range f.Rows.All() {
			text := fmt.Sprintf("%d %s %s %s", r.Line, r.PhoneType, r.Action, r.Number.Graph())
			for _, p := range r.Found().Problems {
				text += " " + p.Code.Word()
			}
			if r.SMS != authmethod.None {
				text += " " + r.SMS.String()
			}
			got = append(got, text)
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}
