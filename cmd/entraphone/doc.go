/*
Entraphone imports users' authentication phones into Microsoft Entra ID from CSV
files and Excel workbooks, through Microsoft Graph.

Usage:

	entraphone import FILE [flags]
	entraphone remove FILE [flags]
	entraphone plan FILE [flags]
	entraphone apply PLAN [flags]
	entraphone export [flags]
	entraphone resume [RUN] [flags]
	entraphone runs [flags]
	entraphone report [RUN...] [flags]
	entraphone rollback RUN [flags]
	entraphone check FILE [flags]
	entraphone doctor [flags]
	entraphone explain [CODE]
	entraphone template [flags]
	entraphone simulate [flags]
	entraphone config [COMMAND] [flags]
	entraphone version
	entraphone help files|numbers|results|exit-codes|json
	entraphone completion bash|zsh|fish|powershell

Import reads the whole file, checks and normalizes every number, says how it
read the file, posts the phones, mobile before alternateMobile for every user,
and reports what became of each row. Remove takes phones away, alternateMobile
before mobile, and never a user's last method. Plan says for every row what would
be done in the tenant, and Apply does exactly that. Export writes the phones of the
tenant as a file that import takes back. Resume goes on with a run that
was stopped or died, Runs lists them, Report makes the report of one again, and
Rollback puts back what it changed. Check does the first part of an import only,
offline. Doctor says whether an import would work, and whether the phones would.
Explain says what a code of their reports means, with an example; it knows
Graph's codes and the sign-in service's AADSTS numbers as well. Template prints
a file to start from, for a --profile if one is given. Simulate serves a
simulated Graph, to rehearse on. Version says which build this is, and of which
commit. A command, a flag or the name of a scenario, a profile, a cloud or a
credential that is misspelt is answered with the one that was probably meant.

# Files

FILE is CSV with a heading, as programs write it: in UTF-8, UTF-16 or
Windows-1252, with comma, semicolon, tab or | between the cells and double or
single quotes around them; - is standard input. A file has one of two forms:

	userPrincipalName,phoneType,phoneNumber          one phone a line
	userPrincipalName,mobile,alternateMobile,office  one person a line

A line may also hold several pairs of type and number (Phone Type 1, Phone 1,
Phone Type 2, Phone 2). Before anything is sent the program says how it read the
file: encoding, delimiter, which column became what, and which are ignored.

An Excel workbook (.xlsx or .xlsm), known by its bytes and not by its name, is
read as it is: its first sheet that can be seen, or the one of --sheet, each
row as the line of its number. A number is read with all its digits, also where
Excel shows 4.48E+11, and with the zeros and signs that its format puts in
front of them (00000000000); a cell that Excel has made a date of is rejected,
as in CSV. Of a formula counts what it gave when it was last computed. Rows
that are hidden, also by a filter, are read like the others, and counted. Of
cells that are merged only the first holds something, and comments, colours and
pictures say nothing. Encrypted and damaged workbooks, .xls, .xlsb, .ods and
Numbers are refused with what to do, and so is a workbook of more than 128 MB.

Lines above the heading (sep=;, #TYPE, version:v1.0, a title, the names of
groups of columns), the example of a template, a second heading in words, rulers
(-----), what reports end with (120 rows affected) and empty lines are skipped,
and the program says so. Where another heading with its columns in another order
stands further down, the run ends with exit code 2.

Columns are found by their headings, in any order and under many names (UPN,
User, E-mail, Mobile phone [mobile], Office Phone, Mobiltelefon, Téléphone), in
English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish,
Norwegian, Finnish, Polish, Czech, Hungarian, Turkish and Romanian. "Nr.",
"(required)", "[E.164]", * and "(example: …)" may stand beside the name. A
heading with one word that is not understood, or that names somebody else
("Mobile (next of kin)"), means nothing.

A file with a user and one column that just says phone is read as mobiles, or as
office phones where an extension stands beside it. Where another column says
mobile, the one that just says phone is the office phone. Private phones ("Home
Phone"), those of a "contact", and all phones of a file that tells how people
are related ("Relationship") are read only where --map says so.

Where no heading names the user or a phone, where two columns could have the
same meaning, where a phone stands beside the only one that --map names, or
where the first rows show that another column holds the users, nothing is
guessed: the run ends with exit code 2 and proposes the --map that settles it.

A number may stand in several columns: dialCode (44, +44 or 0044), areaCode
(with or without its leading zero), the number, and extension. An extension
belongs to the office phone, or to the number of its line; the other parts to
the only phone, or to the one that they name ("Mobile Area Code"). The parts,
each one group of digits, are put together before the number is read, and a note
says so. A number that is complete already, and not of the area beside it, is
rejected.

A line that could not be split into cells, or has more cells than the heading,
is rejected by itself, and the lines below it are read. Where a phone cell of a
line holds words, its cells may stand in other columns than they should: all
phones of the line are held back. A file that breaks off inside its last number
is refused for that row. The user is a userPrincipalName or an object id, also
within "mailto:" or "Mia <…>".

A column "action" says what is to be done about a line: upsert (add the phone,
or put its number in the place of another one), create (add it, and leave
another number alone), update (change a number that is registered, and add
none), remove or skip; where it is empty, --existing decides. A column
"smsSignIn" says enable or disable. In the columns ForcedUpdate and
ForcedRemoval of IdentityMan's script, true means upsert for the cells that have
a number, and remove for those that have none. A line that removes needs no
number: where it has one, that number is removed and no other. Rows of one user
that ask for different things of one phone are rejected, and so are the removal
of a mobile and the writing of an alternateMobile together.

	--map KEY=HEADING
		The column with this HEADING means KEY: user, phoneType,
		phoneNumber, mobile, alternateMobile, office, country,
		extension, areaCode, dialCode, action, smsSignIn, forcedUpdate or
		forcedRemoval. Repeatable.
	--default-country COUNTRY
		Read national numbers of rows without a country of their own as
		this country's (GB, GBR or "United Kingdom").
	--encoding ENCODING
		The file's encoding, as people write it: Windows-1250, cp1250,
		IBM850, latin1, UTF-16LE, Shift_JIS. Without it, UTF-8 and UTF-16
		are detected, and anything else is read as Windows-1252, which the
		program says.
	--sheet NAME
		Of an Excel workbook, read the sheet of this name, without regard
		to case. Without it, the first that can be seen is read, and the
		program names the others.
	--where CONDITION
		Read only the lines that meet it: HEADING=VALUE or HEADING!=VALUE,
		without regard to case and to blanks at the ends, as in
		"Status!=inactive". Repeatable; all must be met. A value that no
		line has is probably misspelt: the program says so, and ends with
		exit code 2 where every line would be left out. Leavers are in
		most HR exports: the program points at columns that look like a
		status and have no condition.
	--skip N, --limit N
		Of those lines, leave out the first N, and read at most N. Lines
		left out are counted apart; they are not rows.
	--shard I/N
		Read only the lines of this share of the users, the I-th of N from
		0, by a hash of the user: so that N machines share a file. Each has
		a run of its own, and entraphone report A B C… makes one report of
		them. "job" takes I and N from JOB_COMPLETION_INDEX and
		JOB_COMPLETION_COUNT. A user must have one name in the whole file.
	--keep-columns HEADING
		Copy the cells under this heading into the rejects, too; or a list
		with commas between. Repeatable. What is copied without it stands
		under Results below.
	--profile PROFILE
		Read the file as this profile says: a YAML file with description,
		columns (for each KEY of --map a heading, or several, of which the
		first that the file has counts), partsOf (the phone that areaCode
		and dialCode belong to), countryCodes (iso or dial: what numbers in
		the country column are), where, encoding, sheet, defaultCountry,
		userKey, userDomain and keepColumns, or one of active-directory,
		adp-workforce-now, bamboohr, entra-bulk-create,
		entra-download-users, m365-add-users, personio, successfactors
		and workday. Flags come before it. It is binding: no other
		column stands in for one that it names, nor is a phone read that
		it does not name. A file without its user, phone type, parts of
		numbers or any of its phones ends with exit code 2; other
		columns that are missing are reported.
	--user-key auto|upn|mail|employeeId|samAccountName
		The property of users that the user column holds: upn, which is the
		default, is userPrincipalName or object id, and any other has to be
		looked up in the tenant, which import cannot do yet: it ends with
		exit code 2, and check reads such a file. The column is one whose
		heading speaks of the key, or that of --map user=HEADING. Its cells
		are taken as they stand, without blanks round them and invisible
		characters. auto takes the column that is read without the flag, and
		the key that its heading speaks of.
	--user-domain DOMAIN
		Complete users that are a name without a domain: panand becomes
		panand@DOMAIN. Numbers and names with blanks are not completed.
	--identity FILE
		Decrypt a file that is encrypted with age, with the identity in this
		FILE, as age-keygen writes it. The run keeps the bytes as they came,
		and reads them again with the same identity; its rejects are
		encrypted to that identity, as rejects-*.csv.age or .xlsx.age.
		Results and journal are not: they hold numbers, the results with
		--mask none.

A job that nobody watches should not believe every file:

	--min-rows N
		Send nothing, with exit code 2, if the file has less than N rows.
	--max-shrink N|N%
		The same, if it has so many rows less than in the last good run of
		this job: of the same file, from the same --state.
	--max-age AGE
		The same, if the file was written longer ago, such as 26h, or before
		that of the last good run.
	--strict, --strict=CODES
		Reject rows with a note that makes their number doubtful (not-assigned,
		fixed-line, special-rate, no-texts and what was read in an unusual
		way), or with one of these codes.

A file that changes while it is read ends the run; with one of the first three,
one that was written within the last seconds is looked at again after a second,
and is not believed if it still grows. A last number that may have lost its end
is rejected.

# Numbers

Numbers are sent in the form that Graph documents: +, country code, one blank,
the national number, and x with the extension: +1 2065550100x123. Three rules
decide what a cell means.

First, no country is ever guessed. A number with + or 00 brings its own. Any
other is read with the row's country, else with --default-country, and rejected
where there is neither: a wrong country still gives a possible number, and it
would be somebody else's.

Second, all ways to read the digits are tried, and the numbering plan decides: a
+ may be lost, a 0 be dropped or doubled, the country code stand there twice, an
exit code be the country's own. The only way that gives a valid number wins. If
two give different ones, the row is rejected.

Third, where no way gives a valid number, the digits count only as they are
written, because new ranges are opened faster than plans are published: with +
or 00 and the country code, or as they are dialled in the row's own country, a
number of possible length is sent with the note not-assigned. A way that
supplied, dropped or moved a digit must give a valid number; so must every
national number that only --default-country places.

Read, with a note for each repair that touches a digit:

	+49 (0)176 04069012         the 0 is left out, as it is dialled from abroad
	0049 176 04069012           00 is +
	+49 0176 04069012           the 0 behind the country code is left out
	442079460123 in GB          the country code without its +
	17604069012 in DE           a spreadsheet dropped the 0: sent if valid
	+39 6 36618300              Italy's numbers keep their 0: it is put in front
	0692 12 34 56 in FR         dialled as in France, and Réunion's: +262
	4.47700900123E+11 in GB     scientific notation that kept all its digits
	030 23125 - 123 in DE       what an office adds belongs to the number
	206 555 0100 ext. 12 in US  ext, x, # and the like mark an extension
	="+46701740605"             protections, labels and invisible characters go

Rejected, each with its own advice:

	4.47701E+11, ####, #N/A     damage by a spreadsheet; so are -868, decimals,
	                            separated thousands, and dates
	030 23125 / 030 23126       two numbers in a cell
	1-800-FLOWERS               letters where digits should be
	+49 30 •••25123             a masked number, by whatever sign
	1111111111, 123456789       a dummy, as typed where there is no number
	+49 49 176 04069012         the country code twice
	0 0176 04069012 in DE       a 0 too many: 00 would begin another number
	23125-123 in DE             a local landline: its area would be a guess
	555 0101 in US              the area code is missing

Sent, with a note: a number to which no text messages arrive (toll-free,
personal, a company's for a whole country), a fixed line or an extension as a
mobile, a premium number, one number of several users or of one user twice.

A country column may hold ISO 3166 codes (GB, GBR, 826), a name in English, in
another of about fifty languages or the country's own, UK, or two of these:
"Germany (DE)". Two countries in one cell name none. Numbers under a heading
such as CountryCode may be ISO 3166 (826) or dialling codes (44): the neighbours
and the values decide, and where they do not, neither is used, and --map
country=HEADING or --map dialCode=HEADING settles it.

Rows of one user and type with equal numbers are sent once; with different
numbers all of them are rejected. Every code of a problem or a note is told by
entraphone explain CODE.

# What to do

	--dry-run
		Do everything but send. The rows that would be sent are planned in
		results.csv. There is no sign-in either, so that --review and the
		limits of changes, which read first, have no effect: plan does.
	--simulate
		Send to the simulator inside this program instead of Graph. It
		starts empty each time.
	--directory FILE
		The simulator's people: a CSV in UTF-8 or UTF-16 with
		userPrincipalName and any of id,
		mail, employeeId, onPremisesSamAccountName, displayName,
		accountEnabled, onPremisesSyncEnabled, userType, isAdmin,
		usageLocation, mobile, alternateMobile, office, defaultMethod
		and fault (missing, protected, lost-answer, refused-number or
		b2c). Without it everybody exists and has no phone.
	--scenario NAME|FILE
		How the simulator behaves: a file in YAML or JSON, or one of
		lagging-reads, lost-answers, new-users, slow, storm,
		strict-permissions and token-expiry.
	--format text|json
		Of check: text for people, or one JSON object a row. Of doctor: text,
		or one JSON object a line. --output json tells more.
	--fixed FILE
		Of check: write a cleaned copy of the whole file to FILE, in the
		file's own dialect and with the numbers as they would be sent; the
		other cells stay. What is wrong stands behind its line, in the
		columns of the rejects. FILE must be a new one.
	--mask
		Of check: mask phone numbers, for others to look at the screen.
	--explain
		Of check: print how the file is read as a profile, ready to be saved
		for --profile: by it the file reads the same.

# What to change

	--existing POLICY
		What happens where another number is registered than the row's,
		and the file has no action: keep leaves it alone, and the row is a
		conflict; overwrite puts the file's in its place, by an update and
		never by removing it first; add-alternate adds the file's mobile as
		alternateMobile, if the user has none; fail ends the run there, with
		exit code 4. It must not contradict the actions of the file.
	--sms-sign-in SWITCH
		Once a mobile is in place, enable or disable SMS sign-in with it, or
		leave it. What becomes of that is told in a note and in the column
		smsSignInState; the row is done whatever it is. Microsoft is
		retiring SMS sign-in.
	--allow-last-method
		Remove a phone even if its user has no other method to prove who
		they are. Without it all methods of the user are read first, which
		needs UserAuthenticationMethod.Read.All.

	--verify none|sample|all
		What was confirmed by an earlier run, or by reading, is kept in the
		tenant's ledger, as keyed hashes. A row that is equal to it costs no
		request, and says from when it is known. Of these rows a sample is
		read all the same, so that each is within 30 runs; or none, or all.
		The ledger (ledger-*.db in the folder of --state) may be deleted at
		any time: that costs requests, and nothing else.
	--new-users
		Where Graph knows no such user, try again for two minutes: users
		who were just made are not known everywhere at once.
	--review, --yes
		Read first what stands in the tenant, show what would be done, and
		ask. --yes answers for scripts.

		Without --review, an import or a removal that somebody starts on a
		terminal, and that is neither --simulate nor --dry-run, shows what
		the file comes to and asks, too: how many phones it would create,
		update and remove, how many rows it would not send, with the first
		rows of each kind, and what that costs in requests and in time. Any
		answer but y ends it with exit code 2, and Ctrl-C with 130; nothing
		was sent then, and no run is kept. Where standard input or standard
		error is no terminal, as in jobs, nothing is asked.
	--max-changes N|N%, --max-overwrites N|N%, --max-removals N|N%
		Read first what stands in the tenant, and send nothing, with exit
		code 4, if more than N phones or N% of the rows would change, get
		another number, or be removed.

	entraphone plan FILE [--out PLAN] [--details] [--detailed-exitcode] [flags]

reads the phones of each user once, changes nothing, and says what an import with
the same flags would come to; with --remove, what a removal would. The rows that
would be done are planned, by what they would do; the others are what the import
would call them. --format json prints one object a row, --details all rows but
the unchanged ones, in groups, with the number before and after. With
--detailed-exitcode it ends with 7 when something would change.

	entraphone apply PLAN [flags]

does what the saved plan says, and nothing else. It reads the file and the phones
of its users again: where the file is another one, the plan was edited or made
with another --state, or the phones of a planned row have changed, it names what
moved and sends nothing (exit code 2). A run that looked first replaces and
removes only the numbers that it saw, also after it was resumed.

# Export

	entraphone export [--users FILE | --group ID] [--out FILE] [flags]

writes the phones of all users of the tenant as a CSV, and changes nothing there:
userPrincipalName, mobile, alternateMobile and office, a line for each user who has
a phone, numbers in Graph's form. Imported into the same tenant all its rows are
unchanged. A name that a spreadsheet would run has mailto: in front, which import
takes off; a user whose name import cannot take is named by object id.

	--users FILE
		These users: a CSV with a column of users, read as import reads it,
		--map, --user-key, --where and so on included, or one name a line
		without a heading; - is standard input. Who is not found is counted.
	--group ID
		The members of the group with this object id, and of those in it.
	--no-report
		Of 1,000 users and more those are not read who have no phone by the
		registration report, if the licence (Entra ID P1) and the permission
		AuditLog.Read.All allow. The report is up to 36 hours late: who has
		registered a first phone since is missing, and the summary says of
		how many users that may be true. With the flag everybody is read.
	--out FILE
		Write there instead of to standard output, once all is read, and
		readable by its owner only. Meanwhile FILE.part holds what was read;
		the same command goes on there after it was stopped, within a day.
	--rename-domain OLD=NEW
		Write user names of the domain OLD with the domain NEW, for an import
		into another tenant. Repeatable. Names of guests (#EXT#), and those
		that B2C makes of object ids, stay as they are.
	--encrypt-to RECIPIENT
		Encrypt the file with age to this recipient (age1…), before any of
		it is on disk; import reads it with --identity. Repeatable. There is
		no FILE.part then: after a stop such an export begins anew.

It reads with one request at a time, twenty users in each, as fast as --rate and
the tenant allow: a read counts as much as a write. An app needs the permissions
UserAuthMethod-Phone.Read.All or UserAuthenticationMethod.Read.All, and
User.Read.All; for a group also GroupMember.Read.All. To an Authentication
Administrator Graph shows numbers masked: such an export ends with exit code 5
and writes nothing, and so does one that is refused for every user. Users who are
refused alone, who were deleted meanwhile, or for whom Graph does not answer, are
counted in the summary, with exit code 3. Numbers that an import would reject, as
Entra ID may have older ones, are exported, and the log says how many there are.
The move to another tenant is two commands:

	entraphone export --rename-domain contoso.com=fabrikam.com --out phones.csv
	entraphone import phones.csv --tenant-id fabrikam.com …

# Settings

	--config FILE
		Take settings that are not given on the command line from FILE
		(ENTRAPHONE_CONFIG), in YAML: the names of flags and their values,
		lists for those that may be repeated, and sections named as
		commands for what holds for these alone. A profile may stand there
		as a mapping. Paths are taken from the folder of the file. A key
		that no command has is an error, with its line and the one that was
		probably meant.

Every flag may also stand in the environment, as ENTRAPHONE_ and its name:
ENTRAPHONE_MAX_CHANGES=5%. A flag wins over the environment, that over the file's
section of the command, and that over what stands there for all. What stands
there counts as given: a run that is gone on with keeps it. "entraphone config
import" prints what holds, and where each value comes from.

Several tenants may stand there, each with its file and settings of its own,
which come before the others:

	state: /var/lib/entraphone
	max-changes: 5%
	tenants:
	  contoso:
	    file: contoso.csv
	    tenant-id: contoso.com
	    credentials: [{clientId: 00000000-…, clientSecretFile: contoso.secret}]
	  fabrikam: {file: fabrikam.csv, tenant-id: fabrikam.com}

"entraphone import --config FILE", without a file to import, then makes a run
for each, eight at a time, with its own pace, folder and lock; none stops
another. Standard output has a line for each; the log has their names. The exit
code is the gravest of theirs: 1, 2, 5, 130, 6, 4, 3, 7, 0. --only NAME takes one
of them, which goes for remove and config as well.

# The tenant

	--tenant-id ID, --client-id ID
		The tenant and the app registration (AZURE_TENANT_ID,
		AZURE_CLIENT_ID).
	--auth KIND
		secret, certificate, managed-identity, workload-identity, azure-cli,
		device-code or token. By default the first of secret, certificate,
		workload-identity and token that a flag or the environment provides.
	--client-secret-file FILE
		The secret, instead of AZURE_CLIENT_SECRET (or of a file named by
		AZURE_CLIENT_SECRET_FILE, or of systemd's LoadCredential=client-secret).
		There is no flag for the secret itself: other users of the machine
		can see flags.
	--client-certificate FILE
		Certificate and private key, PEM or PFX, as OpenSSL 3 and Windows
		write it (AZURE_CLIENT_CERTIFICATE_PATH and _PASSWORD).
	--credentials FILE
		Sign in as each of several app registrations of the tenant. Graph
		grants each a budget of its own, so that N of them carry N times as
		much. FILE is a list in YAML, or stands under the key credentials of
		--config:

			credentials:
			  - name: night-a        # in results.csv; the clientId without one
			    clientId: 00000000-…
			    clientSecretFile: a.secret
			  - clientId: 11111111-…
			    clientSecretEnv: SECRET_OF_B

		with tenantId where it stands nowhere else, and one of
		clientSecretFile, clientSecretEnv, clientCertificate (with
		certificatePasswordEnv), federatedTokenFile and managedIdentity. A
		user stays with one of them, by a hash of the name, so that order
		holds. A throttle that is of the whole tenant holds all. One that is
		refused, or by which nothing goes forward for --give-up-after, drops
		out, and the others carry its users; the log and the summary say so.
		Looking up users and reports is done by the first. --rate and
		--workers are of each.
	--allow-plain-secret
		Take a clientSecret that stands in that list itself.
	--cloud CLOUD
		global, usgov, dod or china.
	--graph-endpoint URL, --authority URL, --ca-file FILE
		Private stand-ins for Graph and the sign-in service. Plain http is
		spoken to loopback addresses only. A server whose certificate is not
		trusted ends the run at once.

The environment variable AZURE_FEDERATED_TOKEN_FILE serves workload-identity,
ENTRAPHONE_ACCESS_TOKEN serves token: an access token, or the JSON that "az
account get-access-token --resource-type ms-graph" prints. A flag wins over the
environment. HTTPS_PROXY and NO_PROXY are honoured.

An app needs the application permission UserAuthMethod-Phone.ReadWrite.All or
UserAuthenticationMethod.ReadWrite.All. A signed-in user needs the delegated one
and the role Authentication Administrator, or Privileged Authentication
Administrator for users who are administrators themselves.

	entraphone doctor [--user USER] [--format text|json] [flags]

finds out before row 1 what an import would meet, and changes nothing. Its lines
are ok, warning, missing or cannot tell, with what to do:

	endpoint    Graph answers, and not a proxy or a portal
	clock       this machine's, beside Graph's
	sign-in     there is a token: for which app and tenant
	permission  whether it permits writing phones; a hint, as the next is
	role        of a signed-in person, for the phones of others
	read        a phone of --user USER, or of the first user whom Graph lists
	batch       two reads by one $batch
	sms, voice  on for anybody by the tenant's policy, which needs
	            Policy.Read.AuthenticationMethod or Policy.Read.All
	office      whether office phones are allowed there
	retirement  when Microsoft's own SMS and calls end for this kind of tenant

It ends with 5 where an import would be refused, with 1 where Graph cannot be
reached, and else with 0. In JSON a line has check, state, message and, where
there is one, advice and source. An import into a cloud where the end is known
tells it in one line, too; a rehearsal does not.

# Pace

	--rate RATE
		At most so many operations a second as a mean over ten seconds (18),
		or unlimited. The pace starts with one operation, grows by two thirds
		with every round trip until Graph throttles, and then finds the
		tenant's limit by itself: a window's room is used as soon as it
		opens, a steady allowance evenly.
	--workers N
		At most N requests in flight (4).
	--batch-size N
		At most N operations in a request (20); 1 sends plain requests
		instead of $batch. At a steady pace below 80 operations a second
		requests carry less: about a quarter of a second's worth.
	--max-attempts N
		Send a row whose answers are lost at most N times (6). Being throttled
		does not count.
	--give-up-after DURATION
		End the run when nothing has gone forward for so long (30m). Every
		wait and every request ends by then, a sign-in, too. A row that Graph
		puts off for so long while others go forward is left for resume.
	--max-failures N|N%
		Stop with exit code 4 when more than N rows have failed, or N% of
		the file's.
	--max-duration DURATION
		Stop with exit code 4 after so long. The summary says how far a run
		was from its limits, these and the --max flags above.
	--window TIMES
		Send only between these times of the day, as in 22:00-05:00, of this
		machine's clock or of a zone: "22:00-05:00 Europe/Berlin". Outside of
		them the run waits, and then goes on.
	--drain DURATION
		After an interrupt let requests in flight finish within this time
		(20s), which is less than the 30 seconds that service managers give.

One 429, also inside a batch, holds all requests until Retry-After is over. A
create whose answer was lost is not repeated blindly: the phone is read back and
compared, and where none is shown yet, which may be late, the answer to a second
create decides. What may have been carried out is never called failed, but unknown
where neither settles it. A 404 or 403 without Graph's own error is taken for a
gateway's and tells nothing about the row.

# The simulator

Import --simulate has it inside the process; entraphone simulate serves it on a
local port, to this and to other programs, until it is interrupted, which is
exit code 0. It prints its addresses and a command that imports into it.

	--listen ADDRESS, --allow-remote
		Where to listen (127.0.0.1:0, any free port). Other addresses than
		loopback only with --allow-remote: whoever reaches the simulator can
		read the people and phones that it holds.
	--tls, --ca-out FILE
		Serve HTTPS, HTTP/2 included, with a certificate made for this run,
		and write the certificate of its authority for --ca-file.
	--port-file FILE
		Write the address there once it listens; removed at the end.
	--request-log FILE
		Append every request, those inside a $batch too, as JSON Lines.
	--directory FILE, --users N, --seed NUMBER
		The people: from a CSV as above, or N made up, the same for the same
		seed. Without either everybody exists.
	--state FILE
		Here this is a file, not the folder of runs: the people are read
		from it if it is there, and written to it when the simulator is
		stopped. One simulator at a time uses it.
	--client ID:SECRET
		An app that may sign in; repeatable. Without it any app may, with
		any secret, and is granted everything.
	--scenario NAME|FILE
		As above. The three flags below come after it.
	--write-quota QUOTA, --read-quota QUOTA
		LIMIT/WINDOW such as 3000/150s and 8000/10s, the defaults, or
		unlimited: sliding windows for each app, in which refused calls
		count.
	--latency DURATION
		What every answer takes (150ms).

It serves, for v1.0 and beta: a user's phoneMethods with list, get, create,
update, delete, $count, enableSmsSignIn and disableSmsSignIn; authentication/
methods; users with $select, $filter, $top, $count and paging; getByIds; the
report userRegistrationDetails; authenticationMethodsPolicy; organization; me;
and $batch. Apps sign in with
a secret or a certificate, a person with a device code. Below /_sim/state and
/_sim/stats it shows who has which phones and what it has counted, the signs of
a careless client among them.

A scenario sets latency, quotas, permissions, the policy for SMS and voice,
special users and faults: wrong statuses, lost and truncated answers, work that
is done though the answer says otherwise. Some 140 answers that people met have
names, such as policy-405 or secret-expired, and one line rehearses each:
"- {answer: policy-405}" under faults. Where nobody outside Microsoft knows what
Graph answers, the simulator's guess can be changed there, too. The file
samples/scenario.yaml of the source shows every key and every name.

# Results

Every run has a folder of its own, readable by its owner only, under
<state>/runs. The name of one that changes no tenant ends with -rehearsal,
-dry-run, -plan or -plan-of-a-rehearsal, and its summary begins with that word.

	results.csv    one line a phone, in the order of the file; lines of the
	               file without any phone are only counted
	results.xlsx   the same for Excel, behind a sheet of what is left to do;
	               none with --quiet where nothing new needs anybody
	report.html    the run to be looked at, in a browser, from disk: see below
	rejects-*.csv  the lines whose rows need somebody, see below; of a
	               workbook rejects-*.xlsx
	rejects.profile.yaml
	               how the file was read, by which its rejects are read again
	summary.json   all counts, timing, requests, pace, limits, options, paths:
	               see "entraphone help json"
	journal.jsonl  what was about to be sent, and what came of it; a large one is
	               packed (.gz) when the run has come to its end
	input.gz       the bytes of the file, as they came, compressed

	--state DIR
		Keep runs in DIR, by default $XDG_STATE_HOME/entraphone or
		~/.local/state/entraphone, on Windows %LOCALAPPDATA%\entraphone.
		One run at a time writes to a tenant from there. It must belong to
		whoever runs the program, others must not be able to write to it,
		and no link in it is followed. Where it vanishes during a run, the
		run ends before anything more is sent.
	--wait DURATION
		Wait so long for another run into the same tenant to end, instead of
		stopping with exit code 6.
	--keep-input=false
		Do not keep the file's bytes; resume then needs the file itself.
	--mask, --mask=false
		Mask phone numbers in results.csv and results.xlsx, as they always
		are in the log. The journal and the rejects need them whole. In
		report.html they are masked unless --mask=false is given.
	--log-level LEVEL, --log-format FORMAT
		The log on standard error: debug, info, warn or error; console or
		json (by default console on a terminal and json otherwise). A
		terminal shows the run below the log: how far it is, how fast it
		goes beside the limit that was found, when it will be done, what
		became of the rows, the last ones that need somebody, and what it
		waits for. One of less than 60 columns or 12 rows, or without a
		TERM or with TERM=dumb, has it in one line. NO_COLOR takes the
		colours away. Without a terminal, a line of the log
		tells every minute how far the run is: done, of, rate, left_seconds
		and, where nothing may leave, waiting and waiting_seconds. --verbose
		(-v) is --log-level debug.
	--log-file FILE, --log-file-size N
		Append the log to FILE, too, as JSON Lines and readable by its owner
		only, whatever --log-format says. At N megabytes (10) it begins anew
		and the five files before it are kept as FILE.1 to FILE.5. A file
		that cannot be opened ends the run before anything is sent; a disk
		that is full later does not, and is told.

	problems.json  hashes of the rows that need somebody, for --known-problems; a
		rehearsal leaves none

In the folder above them, "latest" leads to the newest run. For jobs that nobody
watches:

	--quiet
		Print no summary when nothing new needs anybody (exit code 0), write
		no report.html, and leave the results packed, as results.csv.gz,
		where they are large. entraphone report RUN writes them at any time.
	--known-problems, --remind AGE
		Rows that needed somebody in the last run of this job as well, for
		the same reason, do not make the exit code 3. They are counted by
		themselves. After AGE, such as 7d, they are new again.
	--keep AGE
		At the end, remove runs that began longer ago, such as 90d, with
		everything in their folders; those that did not come to their end
		stay, and so does the last good run, which limits compare with.
	--metrics-file FILE
		Write counts for the textfile collector of Prometheus' node_exporter:
		rows by outcome and by class, known problems, rows that remain,
		requests, throttles, seconds of waiting, duration, exit code, and
		when a run last came to its end. Each of several tenants has a file
		of its own, FILE with its name before the ending, and a label tenant.
	--notify-command COMMAND
		When something new needs somebody (any exit code but 0), run COMMAND
		in a shell, with summary.json on its standard input. After 30
		seconds it is killed.

The columns of results.csv:

	line        physical line of the file where the row begins
	user        as in the file
	phoneType   mobile, alternateMobile or office
	phoneNumber in Graph's form; empty when the row was rejected
	outcome     what became of the row, see below
	class       who can help: fix-data, retry, permission or decision
	httpStatus  of the answer that decided: for a conflict, the refused create's
	code        Graph's error code in that answer, or why the row was not sent
	message     what happened
	advice      what to do next
	requestId   for Microsoft's support
	attempts    how often the row was sent
	finishedAt  when its outcome was known, in UTC
	input       the phone cell as it stands in the file, behind an apostrophe
	            where a spreadsheet would compute it
	reason      a code for what happened: entraphone explain REASON
	registeredNumber
	            what stood there before an update or a removal, and what stands
	            there instead in a conflict
	registeredAs
	            the type under which the phone was added, where it is not the
	            row's
	smsSignInState
	            of the phone, as Graph tells it
	credential  of several (--credentials): the one that sent it
	target      where the run went, behind REHEARSAL, DRY RUN or PLAN for one
	            that changed no tenant

Results.csv is UTF-8 with a byte order mark, by which Excel knows it, and is
what programs read: PowerShell's Import-Csv and Python's utf-8-sig pass the
mark. Cells that a spreadsheet could run as a formula begin with an apostrophe;
in results.xlsx they do not, because all of its cells are texts. There the rows
of a large file stand on several sheets, of 1,048,576 each.

Report.html is one file, which asks no network for anything: the run in a
sentence; what is left to do by reason, with advice, the first lines and the
command to go on with; the pace over time; rows by country and by phone type;
what the run was; and a table of the rows to be searched, sorted and filtered,
which shows all that is known of one with Enter. It is printed on two pages,
without the table. Of a file of more than 200,000 rows the table holds those
that need somebody, and says so. A rehearsal, a dry run and a plan say so in
the title. Phone numbers are masked unless --mask=false is given; users are
named. It needs a browser of 2023 or later.

The pace in summary.json is of this process: began, and, for each slot of
slotSeconds, accepted and throttled operations, heldSeconds in which nothing
might be sent, and limitFoundPerSecond, 0 until something was throttled. There
are 240 slots at most.

The outcomes, of which every row has exactly one:

	created        the phone is registered now
	updated        the number stands in the place of another one now
	removed        the phone is not registered any more
	planned        a dry run: would be done
	unchanged      the same number was registered already
	duplicate      repeats an earlier row of the same user and type
	conflict       another number is registered for this type; left alone
	rejected       never sent: its own data is bad
	dependency     never sent: the user's mobile has to be there first
	failed         refused by Graph, or throttled until the attempts ran out
	unknown        sent, or read, and nobody can say whether it stands there
	not-attempted  fit to be sent, but the run stopped before, or Graph does not
	               know the user

Lines with rows that were rejected, refused or not sent come back as they stand
in the file, in its own encoding, delimiter, quotes and heading, in one file for
each kind of help: rejects-fix-data.csv, rejects-retry.csv,
rejects-permission.csv and rejects-decision.csv. The columns entraphone_line,
entraphone_reason and entraphone_advice are added at the end; nothing is read
from them when the corrected file is imported. Such a file is read as its
original was, by rejects.profile.yaml beside it, without the flags that said so;
with --profile or --map it is not. The summary counts what is left by reason,
and gives for each kind of help the command to go on with. The file is copied
while it is read, so that it may change or go meanwhile, and standard input
comes back, too. A line that could not be split into cells, because of a quote
that is not closed for one, comes back whole in the cell of its user. What only
the values of the whole file have settled (whether country codes are ISO or
dialling codes, whether "Office" is a room) goes along as the heading of
another, empty column. Of the cells only those are copied that were read, those
that a condition looks at, and those under headings that help to find the person
and tell no more than a staff directory does: names, departments, job titles,
places, employee ids. The others are left empty, as are titles above the
heading; --keep-columns, or keepColumns in a profile, names those that are
wanted all the same. Where some are left empty, a line that could not be split
is left out, too. A cell that a spreadsheet would run as a formula has an
apostrophe in front, which is not read. --mask does not change these files.

Rows of a workbook come back in a workbook: numbers, days and truth values as
what they are and in their formats, texts as texts, and of a formula what it
gave.

# Going on with a run

A run that was interrupted, stopped by a limit, killed or cut off by a power
failure goes on with

	entraphone resume [RUN] [flags]

and with its own options; those of the tenant, the pace and the output may be
given anew. Without RUN the newest is meant that did not come to its end. Each
create is on disk before it is sent, so that it is known which ones may have been
carried out: these are read back first, and sent only if they are not there. Rows
that are done cost nothing; rows that only the file or somebody's decision can
change stay as they are; the others are sent. The results, of the whole file, take
the place of those of the first attempt, with the sum of the attempts.

The file is read as it is now, and else, or with --kept-input, as the run has kept
it. Rows are known by user, type and number, wherever they stand: what was
corrected or added counts as new, and the log tells how many that were sent are in
the file no more. A rehearsal cannot be resumed.

	entraphone runs [--older-than AGE [--delete [--force]]]

lists what is kept: when each run began (its name, in UTC), with which file,
whether it is done, stopped or under way, its size, tenant and outcomes. With
--delete those are removed that are older than, say, 90d; one that was stopped,
and could go on, only with --force.

	entraphone report [RUN...] [--format FORMAT] [--open]

makes the report of a run again from its input and journal, without sending
anything, also while it is under way: the summary, the rejects, and the
results in each FORMAT of a list with commas between: html and csv, which are
written without the flag, xlsx (results.xlsx), json (results.jsonl, an object a
line, with the columns of results.csv as members) and junit (results.xml, a test
for each row, for what shows results of tests; it names no number). --open opens
report.html in the browser. Several runs make one report, in the folder "merged"
beside the runs: shards of a file, or a first run and those of what was
corrected. Its rows are those of the first one's file, each with what became of
it in the end. A run that was made elsewhere is named by the path of its folder.

	entraphone rollback RUN [--yes] [--doubtful] [flags]

puts back what a run has changed, after it has said how much and asked: phones that
it registered are taken away, alternateMobile before mobile, numbers that it
replaced come back, and phones that it removed are registered again. Each is read
first: a number that is not the run's is a conflict and stays, and so does a
user's default method. Phones stay and are counted of which nobody knows whether
the run registered them, which resume settles, or whether they stood there before:
those whose answers were lost, and which --doubtful takes away, too. A rollback is
a run, too: it is resumed and reported as others are, and rolled back.

# For programs

	--output text|json
		Of every command: print text, or one JSON object a line for
		programs.

The first line names the format and its version. The last one is of kind end and
has the exit code: output without it is not whole.

	{"format":"entraphone/1","command":"runs","version":"v1.2.3"}
	{"kind":"run","run":"20261127T021500Z-users","state":"done",...}
	{"kind":"end","exitCode":0}

Within a version fields and kinds are only added: pass over those that you do
not know. A command that ends with an error tells it before the end, as kind
error with message, problems, hint and exitCode, also where its flags could not
be read. The log and questions to people stay on standard error. With --quiet
nothing at all is printed where the exit code is 0.

	import, remove, apply, resume, rollback
		reading, but of a rollback; row for what --review shows; summary
	plan
		reading, row for each row, summary, and, where --out saved it, plan
		with path and apply
	report
		reading, summary
	check
		reading, row for each row, total; with --explain reading, and
		profile with its yaml
	doctor
		check for each of its lines
	export
		summary with path, users, phones, and missing by reason; it needs
		--out
	runs
		run for each; with --delete removed for each, and total
	explain
		code for each entry, with code, of, class, means, toDo and example;
		before them foreignCode for one of Graph or of the sign-in service
	config
		setting with name, value and from
	template
		template with its csv
	simulate
		simulator with graph, authority, tenantId and clientId; total at
		the end
	help TOPIC
		topic with its text; of exit-codes also exitCode with code and means

Plan, check and doctor have --format json as well, which is older: the same rows
and checks without their kind, and no other lines.

A reading has file, encoding, delimiter, onePhoneALine, columns with key, number
and heading, ignored, warnings, skipped, lines, rows and so on. A summary is
what summary.json holds, and what --notify-command gets:

	formatVersion, tool, command, run, target, tenantId, endpoint, options
	input         name, sha256, rows, leftOut, withoutPhone
	startedAt, finishedAt, durationSeconds
	exitCode
	stopped       why the run did not come to its end; empty where it did
	resume        the command that goes on with it; empty where none can
	outcomes      rows by outcome, also those with 0
	classes       rows by who can help, also those with 0
	reasons       rows by the code of their reason, of those that have one
	phoneTypes    rows of each type, and those of them that are done
	would         planned rows by what they would do
	rowsWithNotes, knownProblems
	requests      that left this machine, by the process that sent phones
	operations    in them, of which throttled, lostAnswers and readBacks
	waitingSeconds
	              in which nothing was allowed to leave: throttled, trouble
	operationsPerSecond
	              that were reached
	limitPerSecond
	              of the tenant; 0 where it was not met
	latencySeconds
	              of requests: p50, p90 and p99, up to 5 % too high
	limits        those that were given, in words
	limitsUsed    with flag, used and most, in rows or seconds
	paths         folder, results, rejects, journal, summary

"entraphone report" takes over from the summary that it replaces what requests
came to.

# Exit codes

	0    all rows are done, or there was nothing to do
	1    the run could not be carried out (disk, network, internal)
	2    usage, configuration or unreadable input; nothing was sent
	3    finished, but some rows were rejected, refused, conflicting or unknown
	4    stopped on purpose by a limit; resume it, if anything was sent
	5    credentials or permission refused
	6    another run holds the lock
	7    plan --detailed-exitcode: something would change
	130  interrupted; resume it

Codes may be added; any other code means failure. To go on with the run, and
also to run the same file again, is always safe: what stands in the tenant
already becomes unchanged. A script may do so by itself after 4, 6 and 130, and
some time later after 1. Limits are --give-up-after, --max-failures,
--max-duration, --existing fail, and the --max flags, which send nothing. After
3 the rows of class retry are done by it; the others need somebody first. 2 and
5 stay until something is corrected: the command line or the file for 2; for 5
the secret, or the permission where Graph answered nothing but 403.

Ctrl-C and SIGTERM stop the sending, let requests in flight finish within
--drain, and write the report; a second one, more than a second later, quits at
once. A reader of the output that goes away, as head does, changes neither the
run nor its exit code.
A summary that cannot be printed for another reason, such as a full disk, is
exit code 1; the results are written all the same.

# Schedulers

The source has samples for what starts an import every night: samples/systemd (a
service and its timer), samples/cron, samples/kubernetes (a CronJob, and an Indexed
Job for several app registrations), samples/container (an image without a shell),
samples/pipelines (GitHub Actions and Azure Pipelines) and samples/windows (the Task
Scheduler). They share the settings in samples/entraphone.yaml.

What they do about an exit code:

	1, 4, 6, 130  the same command again, some minutes later, a few times
	2, 3, 5       nothing: somebody is needed first. The next night begins anew

The folder of --state has to outlive the job and belong to its user alone: that is
not the root of a volume of Kubernetes, and the volume's fsGroupChangePolicy has to
be OnRootMismatch. Who stops the program should wait for longer than --drain before
killing it.

# Limits

Users are named by userPrincipalName or object id. A phone that stands there already from another run costs two
requests: a create that is refused and a read. The rows of the whole file are
kept in memory, about 400 bytes each, twice that for rows with problems. Closing
the console window on Windows leaves only the journal, which entraphone report
and resume read; Ctrl-C writes the report.
*/
package main
