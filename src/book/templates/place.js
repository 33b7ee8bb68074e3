// The other language opens at the same section, and with the same search.
(function () {
  var link = document.getElementById("tongue");
  if (!link) return;
  link.addEventListener("click", function () {
    link.href = link.href.split(/[?#]/)[0] + location.search + location.hash;
  });
})();
