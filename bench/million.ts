// A million contacts of one group, as benches need them. Names repeat, as they do: 40 first names, 5,000 last names,
// 200 domains, 2,000 organizations.
import postgres from 'postgres'

export const millionContacts = 1_000_000

/** What people type who look for some of them: a little and much, of each kind, and what nobody has. */
export const contactTerms = [
  'a',
  'an',
  'mar',
  'maria l',
  'smith-77',
  'smith',
  'user99',
  'user500001@',
  'example',
  '@mail7',
  'company 4',
  'zzz',
  '',
  'é',
  'jos',
]

// One in ten is inactive; some have no address, no phone, no description, no organization.
const fillWith = (contacts: number): string => `
  insert into organizations (group_id, name, name_key, find_by_name, description, description_key, default_rate, state)
  select g.id, 'Company ' || n, 'company ' || n, 'company ' || n, d.text, lower(d.text), case when n % 5 > 0 then n % 200 end,
    case when n % 10 = 3 then 'inactive' else 'active' end
  from groups g, generate_series(1, 2000) n cross join lateral (select case when n % 3 = 0 then 'Buys by the ' || n end as text) d
  where g.full_path = 'acme';
  insert into contacts (group_id, organization_id, first_name, last_name, email, email_key, phone, phone_key, description, description_key, state, first_key, last_key,
    find_by_name, find_by_surname, find_by_email, find_by_domain, find_by_organization, created_at, updated_at)
  select g.id, o.id, f.name, 'Smith-' || n % 5000, e.email, e.email, p.phone, p.phone, d.text, lower(d.text), case when n % 10 = 3 then 'inactive' else 'active' end,
    lower(f.name), 'smith-' || n % 5000, lower(f.name) || ' smith-' || n % 5000, 'smith-' || n % 5000 || ' ' || lower(f.name),
    e.email, case when e.email is not null then 'mail' || n % 200 || '.example' end, o.name_key,
    timestamptz '2020-01-01' + n * interval '97.000123 seconds', timestamptz '2024-01-01' + n::bigint * 7919 % 1000003 * interval '61.000457 seconds'
  from groups g, generate_series(1, ${contacts}) n
    cross join lateral (select case when n % 20 < 19 then 'user' || n || '@mail' || n % 200 || '.example' end as email) e
    cross join lateral (select case when n % 3 > 0 then '+49 30 ' || lpad((n::bigint * 7919 % 10000019)::text, 8, '0') end as phone) p
    cross join lateral (select case when n % 4 = 0 then 'Prefers to be called ' || (array['in the morning','at noon','in the evening','never'])[1 + n % 7 % 4] || ', see contract ' || n % 9973 end as text) d
    cross join lateral (select (array['Maria','Jose','Anna','Ahmed','Li','Olga','Ivan','Mary','John','Noor','Aiko','Lars','Mark','Marta','Ana','Andrea','Jan','Eva','Omar','Fatima',
      'Peter','Paul','Sara','Lena','Tom','Nina','Ravi','Priya','Chen','Wei','Yuki','Sven','Emma','Noah','Lucas','Mia','Leo','Zoe','Max','Ella'])[1 + n % 40] as name) f
    left join organizations o on n % 9 > 0 and o.name_key = 'company ' || (1 + n % 2000)
  where g.full_path = 'acme';
  vacuum analyze contacts; vacuum analyze contact_words; analyze; checkpoint`

/** Fills the group `acme` of a database, which is there already, with so many contacts. */
export async function fillContacts(url: string, contacts: number): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  for (const statement of fillWith(contacts).split(';')) await client.unsafe(statement)
  await client.end()
}

/** The same with a million of them. Takes minutes. */
export const fillMillion = (url: string): Promise<void> => fillContacts(url, millionContacts)
