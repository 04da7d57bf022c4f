/** Everything that a paged answer has: `all(paginateDescribeVpcs({ client }, {}), (page) => page.Vpcs)`. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(of(page) ?? []));
  return items;
}
