// Beside the buttons of the menu: the same chapter in the other language.
(() => {
  const buttons = document.querySelector('.right-buttons');
  if (!buttons) return;
  const isChinese = document.documentElement.lang.startsWith('zh');
  const chapter = location.pathname.split('/').pop();
  const link = document.createElement('a');
  link.className = 'language';
  link.lang = link.hreflang = isChinese ? 'en' : 'zh-CN';
  link.textContent = isChinese ? 'English' : '简体中文';
  link.href = (isChinese ? '../' : 'zh/') + chapter;
  buttons.prepend(link);
})();
