// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <QDateTime>
#include <QLocale>

#include <cmath>

namespace ui::style {

namespace {

const QChar thin(0x2009);  ///< in thousands
const QChar fixed(0x00A0); ///< before a unit: never the end of a line
const QChar minus(0x2212);

/// Thin spaces between groups of three figures.
QString grouped(QString figures)
{
    for (auto i = figures.size() - 3; i > 0; i -= 3)
        figures.insert(i, thin);
    return figures;
}

/// `digits` significant figures without an exponent; zeros at the end are left out where the value has no more to say.
QString plain(double value, int digits, int exponent)
{
    const int decimals = std::max(0, digits - 1 - exponent);
    QString text = QString::number(value, 'f', decimals);
    if (decimals > 0 && std::abs(text.toDouble() - value) <= 1e-9 * std::abs(value)) {
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(QLatin1Char('.')))
            text.chop(1);
    }
    const auto point = text.indexOf(QLatin1Char('.'));
    return point < 0 ? grouped(text) : grouped(text.left(point)) + text.mid(point);
}

QString scientific(double value, int digits)
{
    QString text = QString::number(value, 'e', digits - 1);
    const auto e = text.indexOf(QLatin1Char('e'));
    QString mantissa = text.left(e);
    while (mantissa.contains(QLatin1Char('.')) &&
           (mantissa.endsWith(QLatin1Char('0')) || mantissa.endsWith(QLatin1Char('.'))))
        mantissa.chop(1);
    return mantissa + QLatin1Char('e') + QString::number(text.mid(e + 1).toInt());
}

QString joined(qint64 whole, const char* unit)
{
    return QString::number(whole) + fixed + QLatin1String(unit);
}

/// `1 h 04 min`: two parts, the second with two figures.
QString parts(qint64 first, const char* firstUnit, qint64 second, const char* secondUnit, bool padded)
{
    const QString rest = padded ? QStringLiteral("%1").arg(second, 2, 10, QLatin1Char('0')) : QString::number(second);
    return joined(first, firstUnit) + QLatin1Char(' ') + rest + fixed + QLatin1String(secondUnit);
}

}

QString number(double value, int digits)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (value < 0)
        return minus + number(-value, digits);
    if (std::isinf(value))
        return QStringLiteral("∞");
    if (value == 0)
        return QStringLiteral("0");
    // The exponent after rounding: 9.99996 is 10.
    const QString rounded = QString::number(value, 'e', digits - 1);
    const int exponent = QStringView(rounded).mid(rounded.indexOf(QLatin1Char('e')) + 1).toInt();
    return exponent < -4 || exponent > 8 ? scientific(value, digits) : plain(value, digits, exponent);
}

QString count(qint64 value)
{
    return value < 0 ? minus + grouped(QString::number(value).mid(1)) : grouped(QString::number(value));
}

QString percent(double share, int digits)
{
    return number(100 * share, digits) + fixed + QLatin1Char('%');
}

QString duration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return QStringLiteral("–");
    if (seconds < 0.9995)
        return number(1000 * seconds, seconds < 0.01 ? 2 : 3) + fixed + QLatin1String("ms");
    if (seconds < 9.95)
        return number(std::round(10 * seconds) / 10, 2) + fixed + QLatin1Char('s');
    const qint64 s = qRound64(seconds);
    if (s < 60)
        return joined(s, "s");
    if (s < 3600)
        return s % 60 ? parts(s / 60, "min", s % 60, "s", true) : joined(s / 60, "min");
    if (s < 86400)
        return parts(s / 3600, "h", s % 3600 / 60, "min", true);
    return parts(s / 86400, "d", s % 86400 / 3600, "h", false);
}

QString bytes(quint64 size)
{
    static const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = double(size);
    int unit = 0;
    for (; value >= 999.5 && unit < 5; ++unit)
        value /= 1000;
    return number(unit == 0 ? value : std::round(value * (value < 9.95 ? 10 : 1)) / (value < 9.95 ? 10 : 1), 3) +
           fixed + QLatin1String(units[unit]);
}

QString ago(double wallSeconds, double nowWallSeconds)
{
    const double past = nowWallSeconds - wallSeconds;
    if (past < 10)
        return QStringLiteral("just now");
    if (past < 60)
        return joined(qint64(past), "s") + QLatin1String(" ago");
    if (past < 3600)
        return joined(qint64(past / 60), "min") + QLatin1String(" ago");
    const QDate then = QDateTime::fromSecsSinceEpoch(qint64(wallSeconds)).date();
    const QDate today = QDateTime::fromSecsSinceEpoch(qint64(nowWallSeconds)).date();
    const qint64 days = then.daysTo(today);
    if (days == 0 || past < 6 * 3600)
        return duration(std::floor(past / 60) * 60) + QLatin1String(" ago");
    if (days == 1)
        return QStringLiteral("yesterday");
    if (days < 7)
        return QStringLiteral("%1 days ago").arg(days);
    return QLocale(QLocale::English).toString(then, then.year() == today.year() ? u"d MMM" : u"d MMM yyyy");
}

}
