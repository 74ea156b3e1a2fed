// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/text_forms.h"

#include "core/base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ui::forms {

using namespace core::base;

namespace {

using ListDomain = std::shared_ptr<const List>;

std::optional<double> realOf(QString text)
{
    // Both decimal signs are typed; a list has its own separator before this is asked.
    const std::string plain = text.trimmed()
                                  .replace(QChar(0x2212), QLatin1Char('-'))
                                  .replace(QLatin1Char(','), QLatin1Char('.'))
                                  .toStdString();
    double number = 0;
    const char* start = plain.data() + (plain.starts_with('+') ? 1 : 0);
    const auto [end, code] = std::from_chars(start, plain.data() + plain.size(), number);
    if (code != std::errc{} || end != plain.data() + plain.size() || !std::isfinite(number))
        return {};
    return number;
}

Value numberOf(const QString& text, bool whole)
{
    const QString compact = QString(text).remove(QChar(0x2009)).remove(QLatin1Char(' '));
    const auto number = realOf(compact);
    if (!number)
        return text.toStdString();
    if (whole && *number == std::floor(*number) && std::abs(*number) < 9e15)
        return std::int64_t(*number);
    return *number;
}

Value itemOf(const Domain& domain, const QString& text)
{
    if (std::holds_alternative<Int>(domain))
        return numberOf(text, true);
    if (std::holds_alternative<Real>(domain))
        return numberOf(text, false);
    return text.toStdString();
}

Value listOf(const List& list, const QString& text)
{
    Array items;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (const QString item = part.trimmed(); !item.isEmpty())
            items.push_back(itemOf(list.items, item));
    return items;
}

Value treeOf(const QString& text)
{
    const auto json = parseJson(text.toStdString());
    return json ? *json : Value(text.toStdString());
}

// 1, 2, 5, 10, 20, …
double ladder(double value, int direction)
{
    const double magnitude = std::pow(10, std::floor(std::log10(value) + 1e-9));
    static constexpr double rungs[] = {0.5, 1, 2, 5, 10, 20};
    double next = value;
    if (direction > 0)
        next = magnitude * *std::find_if(std::begin(rungs), std::end(rungs),
                                         [&](double r) { return r * magnitude > value * (1 + 1e-9); });
    else
        next = magnitude * *std::find_if(std::rbegin(rungs), std::rend(rungs),
                                         [&](double r) { return r * magnitude < value * (1 - 1e-9); });
    // Powers of ten come out of pow with a rounding of their own.
    return QString::number(next, 'g', 6).toDouble();
}

double niceStep(double span)
{
    const double magnitude = std::pow(10, std::floor(std::log10(span)));
    const double share = span / magnitude;
    return magnitude * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

double stepSize(const Real& domain, double value)
{
    if (std::isfinite(domain.min) && std::isfinite(domain.max) && domain.max > domain.min)
        return niceStep((domain.max - domain.min) / 20);
    return value == 0 ? 0.1 : std::pow(10, std::floor(std::log10(std::abs(value)) - (std::abs(value) < 2 ? 1 : 0)));
}

Value stepReal(const Real& domain, double value, int direction, bool large)
{
    double next = value;
    if (domain.log) {
        for (int i = 0; i < (large ? 3 : 1); ++i)
            next = next > 0 ? ladder(next, direction) : direction > 0 ? 1e-4 : next;
        if (next < 1e-12)
            next = 0;
    } else {
        const double step = stepSize(domain, value) * (large ? 10 : 1);
        next = QString::number(std::round((value + direction * step) / step * 1e6) / 1e6 * step, 'g', 12).toDouble();
    }
    const bool low = domain.aboveMin ? next <= domain.min : next < domain.min;
    const bool high = domain.belowMax ? next >= domain.max : next > domain.max;
    if (low)
        return domain.aboveMin ? value : domain.min;
    if (high)
        return domain.belowMax ? value : domain.max;
    return next;
}

Value stepInt(const Int& domain, std::int64_t value, int direction, bool large)
{
    std::int64_t next = value + direction * (large ? 10 : 1);
    if (domain.log) {
        next = value;
        for (int i = 0; i < (large ? 3 : 1); ++i)
            next = direction > 0 ? (next < (std::int64_t(1) << 40) ? std::max<std::int64_t>(1, next * 2) : next)
                                 : next / 2;
    }
    return std::clamp(next, domain.min, domain.max);
}

// Shortest digits that read back the same; powers only where people write them, and without a leading zero.
QString realText(double value)
{
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e7);
    char text[64];
    const auto [end, code] = std::to_chars(text, text + sizeof text, value,
                                           plain ? std::chars_format::fixed : std::chars_format::scientific);
    return QString::fromLatin1(text, int(end - text))
        .replace(QLatin1String("e-0"), QLatin1String("e-"))
        .replace(QLatin1String("e+0"), QLatin1String("e"));
}

}

QString textOf(const Value& value)
{
    if (value.isText())
        return QString::fromStdString(value.text());
    if (value.isInt())
        return QString::number(value.toInt());
    if (value.isReal())
        return realText(value.toReal());
    if (value.isBool())
        return value.toBool() ? QStringLiteral("on") : QStringLiteral("off");
    if (value.isArray()) {
        QStringList items;
        for (const Value& item : value.array())
            items << (item.isObject() ? QString::fromStdString(item["kind"].text()) : textOf(item));
        return items.join(QStringLiteral(", "));
    }
    if (value.isObject())
        return QString::fromStdString(value["kind"].isText() ? value["kind"].text() : writeJson(value));
    return {};
}

QString textOf(const Field& field, const Value& value)
{
    if (value.isNull())
        return field.nullable ? nullWord(field) : QString();
    if (std::holds_alternative<Tree>(field.domain) && !value.isText())
        return QString::fromStdString(writeJson(value));
    return textOf(value);
}

Value valueOf(const Field& field, const QString& typed)
{
    const QString text = typed.trimmed();
    if (field.nullable && (text.isEmpty() || text.compare(nullWord(field), Qt::CaseInsensitive) == 0))
        return {};
    for (const std::string& word : field.words)
        if (text.compare(QString::fromStdString(word), Qt::CaseInsensitive) == 0)
            return word;
    if (std::holds_alternative<Int>(field.domain))
        return numberOf(text, true);
    if (std::holds_alternative<Real>(field.domain))
        return numberOf(text, false);
    if (const auto* list = std::get_if<ListDomain>(&field.domain))
        return listOf(**list, text);
    if (std::holds_alternative<Tree>(field.domain))
        return treeOf(text);
    return text.toStdString();
}

QString emptyWord(const Field& field)
{
    if (field.nullable ||
        !(std::holds_alternative<Text>(field.domain) || std::holds_alternative<ListDomain>(field.domain)))
        return {};
    const QString help = QString::fromStdString(field.help.text), sign = QStringLiteral("Empty: ");
    const qsizetype at = help.indexOf(sign);
    return at < 0 ? QString() : help.mid(at + sign.size()).section(QLatin1Char('.'), 0, 0);
}

QString nullWord(const Field& field)
{
    return field.nullWord.empty() ? QStringLiteral("off") : QString::fromStdString(field.nullWord);
}

QStringList wordsOf(const Field& field)
{
    QStringList words;
    if (field.nullable)
        words << nullWord(field);
    for (const std::string& word : field.words)
        words << QString::fromStdString(word);
    return words;
}

std::optional<Value> stepped(const Field& field, const Value& value, int direction, bool large)
{
    if (const auto* whole = std::get_if<Int>(&field.domain)) {
        if (value.isNumber())
            return stepInt(*whole, value.toInt(), direction, large);
        // From a word the first step enters the numbers at their usual start.
        const std::int64_t start =
            field.fallback.isInt() ? field.fallback.toInt() : std::max<std::int64_t>(whole->min, 1);
        return std::clamp(start, whole->min, whole->max);
    }
    if (const auto* real = std::get_if<Real>(&field.domain)) {
        if (value.isNumber())
            return stepReal(*real, value.toReal(), direction, large);
        const double start = field.fallback.isNumber()  ? field.fallback.toReal()
                             : std::isfinite(real->max) ? (real->min + real->max) / 2
                                                        : 1;
        return start;
    }
    return {};
}

QString humanized(const std::string& key)
{
    QString text = QString::fromStdString(key).replace(QLatin1Char('_'), QLatin1Char(' '));
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

}
