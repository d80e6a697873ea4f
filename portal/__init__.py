"""The REST API and the browser client's pages. API.md is the contract, `routes.ROUTES` the table of rights,
`app.Portal` the way in."""
