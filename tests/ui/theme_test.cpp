// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "ui/style/fonts.h"
#include "ui/style/sheet.h"
#include "ui/style/theme.h"

#include <QDir>
#include <QFile>
#include <QFontMetricsF>
#include <QPushButton>
#include <QXmlStreamReader>

#include <catch2/catch.hpp>

namespace tests::theme_test {

using namespace ui::style;

namespace {

/// Counts what setTheme sends.
class Witness final : public QWidget {
public:
    int changes = 0;

protected:
    void changeEvent(QEvent* event) override
    {
        changes += event->type() == QEvent::PaletteChange;
        QWidget::changeEvent(event);
    }
};

}

TEST_CASE("whatever is written reads at 4.5:1 on ground and surface, light and dark")
{
    tests::application();
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
        setTheme(scheme);
        const Theme& t = theme();
        std::vector<QColor> inks{t.text, t.muted, t.accent, t.branchText, t.problem};
        for (int i = 0; i < 9; ++i)
            inks.push_back(t.runText(i));
        for (double v = 0; v <= 1; v += 0.125)
            inks.push_back(t.readable(t.sequential(v)));
        for (const QColor& ink : inks)
            for (const QColor& paper : {t.ground, t.surface}) {
                CAPTURE(t.dark, ink.name().toStdString(), paper.name().toStdString());
                CHECK(contrast(ink, paper) >= 4.5);
            }
        CHECK(contrast(t.accentText, t.accent) >= 4.5);
        CHECK(contrast(t.text, t.hover) >= 4.5);
        CHECK(contrast(t.muted, t.hover) >= 4.5);
    }
}

TEST_CASE("contrast is WCAG's")
{
    CHECK(contrast(Qt::black, Qt::white) == Approx(21));
    CHECK(contrast(Qt::white, Qt::white) == Approx(1));
    CHECK(contrast(QColor(0x767676u), Qt::white) == Approx(4.54).margin(0.01));
}

TEST_CASE("every widget hears of a new theme, also when only the scale changes")
{
    tests::application();
    setTheme(Scheme::Light);
    Witness witness;
    setTheme(Scheme::Dark);
    CHECK(witness.changes >= 1);
    CHECK(theme().dark);
    CHECK(currentScheme() == Scheme::Dark);
    witness.changes = 0;
    setTheme(Scheme::Dark, 1.6);
    CHECK(witness.changes >= 1);
    CHECK(theme().body().pixelSize() == 21);
    setTheme(Scheme::Light);
    CHECK(theme().body().pixelSize() == 13);
    CHECK_FALSE(theme().dark);
}

TEST_CASE("figures are all of one width where Inter is there")
{
    tests::application();
    setTheme(Scheme::Light);
    if (textFamily() != QStringLiteral("Intab")) {
        WARN("Inter is not installed: the system's sans is used");
        return;
    }
    for (const QFont& font : {theme().body(), theme().medium(), theme().strong(), theme().heading(), theme().title()}) {
        const QFontMetricsF metrics(font);
        for (char figure = '0'; figure <= '9'; ++figure)
            CHECK(metrics.horizontalAdvance(QString(5, QLatin1Char(figure))) ==
                  Approx(metrics.horizontalAdvance(QStringLiteral("00000"))).epsilon(0.003));
        CHECK(metrics.horizontalAdvance(QStringLiteral(".....")) < metrics.horizontalAdvance(QStringLiteral("00000")));
    }
}

TEST_CASE("a font that is not laid out as expected is left alone, however it is broken")
{
    CHECK(withTabularFigures({}, "Inter", "Intab").isEmpty());
    CHECK(withTabularFigures("no font at all, but long enough to look into", "Inter", "Intab").isEmpty());
    QFile file(QStringLiteral("/usr/share/fonts/opentype/inter/Inter-Regular.otf"));
    if (!file.open(QIODevice::ReadOnly))
        return;
    const QByteArray font = file.readAll();
    CHECK(withTabularFigures(font, "Inter", "Longer").isEmpty());
    const QByteArray changed = withTabularFigures(font, "Inter", "Intab");
    CHECK(changed.size() == font.size());
    for (qsizetype size = 0; size < font.size(); size += 4999)
        CHECK_NOTHROW(withTabularFigures(font.left(size), "Inter", "Intab"));
}

TEST_CASE("every icon is a drawing that takes the theme's colour at any pixel ratio")
{
    tests::application();
    setTheme(Scheme::Light);
    const QDir folder(QStringLiteral(DESCENT_SOURCE_DIR "/resources/icons"));
    const QStringList files = folder.entryList({QStringLiteral("*.svg")});
    REQUIRE(files.size() > 40);
    for (const QString& file : files) {
        const QString name = file.chopped(4);
        CAPTURE(name.toStdString());
        REQUIRE_FALSE(icon(name).isNull());
        const QPixmap picture = iconPixmap(name, 24, Qt::red, 2);
        CHECK(picture.size() == QSize(48, 48));
        const QImage image = picture.toImage();
        bool red = false;
        for (int y = 0; y < 48; ++y)
            for (int x = 0; x < 48; ++x)
                red = red || (image.pixelColor(x, y).alpha() > 200 && image.pixelColor(x, y).red() > 200);
        CHECK((red || name.contains(QLatin1Char('-'))));
    }
    CHECK(icon(QStringLiteral("no such thing")).isNull());
}

TEST_CASE("an icon handed out once follows the theme")
{
    tests::application();
    const auto darkest = [](const QIcon& icon) {
        const QImage image = icon.pixmap(24, 24).toImage();
        int least = 255;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y).alpha() > 200)
                    least = std::min(least, image.pixelColor(x, y).lightness());
        return least;
    };
    setTheme(Scheme::Light);
    const QIcon stop = icon(QStringLiteral("stop"));
    CHECK(darkest(stop) < 60);
    setTheme(Scheme::Dark);
    CHECK(darkest(stop) > 150);
    setTheme(Scheme::Light);
}

TEST_CASE("the style sheet has a value for every name")
{
    tests::application();
    setTheme(Scheme::Dark, 1.6);
    const QString text = sheet(theme());
    CHECK_FALSE(text.contains(QLatin1Char('<')));
    CHECK(text.contains(QStringLiteral("font-size: 26px")));
    setTheme(Scheme::Light);
}

TEST_CASE("colour scales run from end to end, and runs are told apart")
{
    tests::application();
    setTheme(Scheme::Light);
    const Theme& t = theme();
    CHECK(t.sequential(0) == QColor(0x440154u));
    CHECK(t.sequential(1) == QColor(0xFDE725u));
    CHECK(t.sequential(7) == t.sequential(1));
    CHECK(t.sequential(std::numeric_limits<double>::quiet_NaN()) == t.sequential(0));
    CHECK(t.diverging(0) == t.ground);
    CHECK(t.diverging(-1) == t.classGround(0));
    CHECK(t.diverging(1) == t.classGround(1));
    CHECK(t.run(0) == t.accent);
    for (int i = 0; i < 7; ++i)
        for (int k = 0; k < i; ++k)
            CHECK(t.run(i) != t.run(k));
    CHECK(t.run(-1) == t.axis);
}

}
