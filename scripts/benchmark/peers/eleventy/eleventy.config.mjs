import { feedPlugin } from "@11ty/eleventy-plugin-rss";

export default function (config) {
  config.addPlugin(feedPlugin, {
    type: "atom",
    outputPath: "/feed.xml",
    collection: { name: "advisories", limit: 20 },
    metadata: {
      language: "en",
      title: "Harbour Works security advisories",
      base: "https://security.harbour.example/",
      author: { name: "Harbour Works" },
    },
  });
  config.addCollection("newest", (all) => all.getFilteredByTag("advisories").reverse());
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  return {
    dir: { input: "content", output: "site", includes: "../layouts" },
    markdownTemplateEngine: false,
  };
}
