package importfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Which line is the heading, and what parts and quotes its cells.
func TestHeadingsAndQuotes(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a line of groups above the heading", "User,,Phone,,Location\nUPN,Name,Office,Mobile,Country\nmia@example.com,Mia,0199001234,13,FR\n",
			[]string{`3:3 mia@example.com office "0199001234"`, `3:4 mia@example.com mobile "13"`}},
		{"a line of groups with the same words", "User,,Mobile\nUPN,Name,Mobile\nmia@example.com,Mia,13\n", []string{`3:3 mia@example.com mobile "13"`}},
		{"labels of more words than the heading", "USERID,CUSTOM01,CELL\nUser ID,Country,Cell\nmia@example.com,FR,13\n", []string{`3:3 mia@example.com mobile "13"`}},
		{"who made the file", "Phone list\nRun by:,admin@example.com\n\nUPN,Mobile\nmia@example.com,+33 6 39 98 00 13\n", []string{`5:2 mia@example.com mobile "+33 6 39 98 00 13"`}},
		{"what was chosen", "Country,Type\nGB,Employee\n\nUPN,Mobile\nmia@example.com,+33 6 39 98 00 13\n", []string{`5:2 mia@example.com mobile "+33 6 39 98 00 13"`}},
		{"a hint that is wrong", "sep=,\nUPN;Mobile\nmia@example.com;13\n", []string{`3:2 mia@example.com mobile "13"`}},
		{"a hint that is wrong, and quotes", "sep=;\n\"UPN\",\"Mobile\"\nmia@example.com,13\n", []string{`3:2 mia@example.com mobile "13"`}},
		{"an example with an address in the heading", "用户名(示例:chris@example.com)[userPrincipalName]*,手机[mobile]\nmia@example.com,13\n", []string{`2:2 mia@example.com mobile "13"`}},

		{"single quotes, and a name that begins with one", "UPN;Name;Mobile\n'owen@example.com';'Hart';12\nmia@example.com;'t Hooft;13\n",
			[]string{`2:3 owen@example.com mobile "12"`, `3:0   "" !quote-not-closed`}},
		{"single quotes from the heading on, and a faulty line", "'UPN','Team','Mobile'\n'owen@example.com','a, b','12'\n'mia@example.com','c','13' x\n",
			[]string{`2:3 owen@example.com mobile "12"`, `3:0   "" !text-after-quote`}},
		{"single quotes round a double one", "UPN;Name;Mobile\n'owen@example.com';'Hart; \"Bob\"';'12'\n", []string{`2:3 owen@example.com mobile "12"`}},
		{"apostrophes", "UPN;Nom;Mobile\nowen@example.com;L'Hôte;'+33 6 39 98 00 12\nmia@example.com;Dubois';+33 6 39 98 00 13\n",
			[]string{`2:3 owen@example.com mobile "'+33 6 39 98 00 12"`, `3:3 mia@example.com mobile "+33 6 39 98 00 13"`}},
		{"apostrophes at both ends of a few", "UPN;Nom;Mobile\nowen@example.com;'Bo';12\nmia@example.com;'s-Gravenhage;13\nmia@example.com;x;'13\n",
			[]string{`2:3 owen@example.com mobile "12"`, `3:3 mia@example.com mobile "13"`, `4:3 mia@example.com mobile "'13"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := read(t.Context(), strings.NewReader(test.text), Options{Name: "a.csv"}, func(number) {})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, showAll(f)); diff != "" {
				t.Errorf("rows of %q (-want +got):\n%s\nread as %v", test.text, diff, f.Reading)
			}
		})
	}
}
