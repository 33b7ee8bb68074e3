// Looks through the index for what was typed: every word must be found somewhere. A Chinese text has
// no blanks between words, so a word counts as found wherever its characters stand in a row; where
// nothing is found that way, texts that hold most pairs of its characters are shown.
(function () {
  var box = document.querySelector("input[type=search]");
  var form = box.form;
  var found = document.getElementById("found");
  var hits = document.getElementById("hits");
  var count = document.getElementById("count");
  var chinese = document.documentElement.lang.indexOf("zh") === 0;
  var plain = function (text) {
    return text.normalize("NFKC").toLowerCase();
  };
  var all = KAKOU_INDEX.map(function (row) {
    var titles = plain(row[2] + " " + row[3]);
    return { row: row, id: plain(row[1]), titles: titles, text: plain(row[1]) + " " + titles + " " + plain(row[4]) };
  });

  function worth(one, words) {
    var sum = 0;
    for (var i = 0; i < words.length; i++) {
      var word = words[i];
      if (one.id === word) sum += 100;
      else if (one.id.indexOf(word) === 0) sum += 50;
      else if (one.titles.indexOf(word) >= 0) sum += 20;
      else if (one.text.indexOf(word) >= 0) sum += 5;
      else return 0;
    }
    return sum;
  }

  function alike(one, words) {
    var pairs = 0, held = 0;
    words.forEach(function (word) {
      for (var i = 0; i + 1 < word.length; i++) {
        pairs += 1;
        if (one.text.indexOf(word.substr(i, 2)) >= 0) held += 1;
      }
    });
    return pairs > 1 && held * 3 >= pairs * 2 ? held : 0;
  }

  function best(words, by) {
    var ranked = [];
    all.forEach(function (one, at) {
      var sum = by(one, words);
      if (sum > 0) ranked.push([sum, at]);
    });
    ranked.sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; });
    return ranked.map(function (pair) { return all[pair[1]].row; });
  }

  function look() {
    var words = plain(box.value).split(/\s+/).filter(Boolean);
    hits.textContent = "";
    found.hidden = words.length === 0;
    if (words.length === 0) return;
    var rows = best(words, worth);
    if (rows.length === 0) rows = best(words, alike);
    count.textContent = rows.length;
    rows.slice(0, 60).forEach(function (row) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      var id = document.createElement("b");
      id.textContent = row[1];
      link.href = row[0];
      link.appendChild(id);
      link.appendChild(document.createTextNode(" " + (chinese ? row[2] : row[3])));
      item.appendChild(link);
      hits.appendChild(item);
    });
  }

  var asked = /[?&]q=([^&#]*)/.exec(location.search);
  if (asked) {
    try {
      box.value = decodeURIComponent(asked[1].replace(/\+/g, " "));
    } catch (broken) {
      box.value = "";
    }
  }
  box.addEventListener("input", look);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    look();
    var first = hits.querySelector("a");
    if (first && hits.children.length === 1) location.href = first.href;
    else history.replaceState(null, "", "?q=" + encodeURIComponent(box.value));
  });
  look();
})();
