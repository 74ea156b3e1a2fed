// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/fonts.h"

#include <QDir>
#include <QFile>
#include <QFontDatabase>
#include <QSet>
#include <QStandardPaths>
#include <QtEndian>

namespace ui::style {

namespace {

/// Big-endian access that never leaves the bytes: reading outside gives 0 and is remembered.
class Bytes {
public:
    explicit Bytes(QByteArray data) : m_data(std::move(data)) {}

    quint16 u16(qint64 at) const { return inside(at, 2) ? qFromBigEndian<quint16>(m_data.constData() + at) : 0; }
    quint32 u32(qint64 at) const { return inside(at, 4) ? qFromBigEndian<quint32>(m_data.constData() + at) : 0; }
    QByteArray text(qint64 at, qint64 size) const { return inside(at, size) ? m_data.mid(at, size) : QByteArray(); }
    void put(qint64 at, quint16 value)
    {
        if (inside(at, 2))
            qToBigEndian(value, m_data.data() + at);
    }
    void put(qint64 at, const QByteArray& text)
    {
        if (inside(at, text.size()))
            m_data.replace(at, text.size(), text);
    }
    /// Where the table `tag` begins; 0 if there is none.
    qint64 table(const char* tag) const
    {
        for (int i = 0; i < u16(4); ++i)
            if (text(12 + 16 * i, 4) == tag)
                return u32(12 + 16 * i + 8);
        return 0;
    }
    bool sound() const { return m_sound; }
    const QByteArray& data() const { return m_data; }

private:
    bool inside(qint64 at, qint64 size) const
    {
        if (at >= 0 && size >= 0 && at + size <= m_data.size())
            return true;
        m_sound = false;
        return false;
    }

    QByteArray m_data;
    mutable bool m_sound = true;
};

/// Glyphs of the figures 0 … 9 (OpenType `cmap`, format 12).
QSet<quint16> figures(const Bytes& font)
{
    QSet<quint16> glyphs;
    const qint64 cmap = font.table("cmap");
    for (int i = 0; cmap && i < font.u16(cmap + 2); ++i) {
        const qint64 sub = cmap + font.u32(cmap + 4 + 8 * i + 4);
        if (font.u16(sub) != 12)
            continue;
        const quint32 groups = font.u32(sub + 12);
        for (quint32 g = 0; g < groups && font.sound(); ++g) {
            const qint64 at = sub + 16 + 12 * qint64(g);
            const quint32 first = font.u32(at), last = font.u32(at + 4), glyph = font.u32(at + 8);
            for (quint32 c = std::max<quint32>(first, '0'); c <= std::min<quint32>(last, '9'); ++c)
                glyphs.insert(quint16(glyph + c - first));
        }
    }
    return glyphs;
}

/// Makes every substitution of `lookup` (GSUB type 1, format 2) whose glyph is not in `keep` one by itself.
bool narrow(Bytes& font, qint64 lookup, const QSet<quint16>& keep)
{
    if (font.u16(lookup) != 1)
        return false;
    for (int k = 0; k < font.u16(lookup + 4); ++k) {
        const qint64 sub = lookup + font.u16(lookup + 6 + 2 * k);
        const qint64 coverage = sub + font.u16(sub + 2);
        if (font.u16(sub) != 2 || font.u16(coverage) != 1)
            return false;
        for (int i = 0; i < font.u16(coverage + 2); ++i) {
            const quint16 glyph = font.u16(coverage + 4 + 2 * i);
            if (!keep.contains(glyph))
                font.put(sub + 6 + 2 * i, glyph);
        }
    }
    return true;
}

/// Renames the feature `tnum` to `rlig`, which every shaper applies.
bool alwaysTabular(Bytes& font)
{
    const qint64 gsub = font.table("GSUB");
    if (!gsub)
        return false;
    const qint64 features = gsub + font.u16(gsub + 6), lookups = gsub + font.u16(gsub + 8);
    const QSet<quint16> keep = figures(font);
    bool found = false;
    for (int i = 0; i < font.u16(features); ++i) {
        const qint64 record = features + 2 + 6 * i;
        if (font.text(record, 4) == "rlig")
            return false;
        if (font.text(record, 4) != "tnum")
            continue;
        const qint64 feature = features + font.u16(record + 4);
        for (int k = 0; k < font.u16(feature + 2); ++k)
            if (!narrow(font, lookups + font.u16(lookups + 2 + 2 * font.u16(feature + 4 + 2 * k)), keep))
                return false;
        font.put(record, "rlig");
        found = true;
    }
    return found && keep.size() == 10;
}

/// UTF-16BE, as names of the platforms that count are kept.
QByteArray wide(const QByteArray& text)
{
    QByteArray out;
    for (const char c : text)
        out.append('\0').append(c);
    return out;
}

void rename(Bytes& font, const QByteArray& family, const QByteArray& newFamily)
{
    const qint64 names = font.table("name"), texts = names + font.u16(names + 4);
    const QByteArray from = wide(family), to = wide(newFamily);
    for (int i = 0; names && i < font.u16(names + 2); ++i) {
        const qint64 record = names + 6 + 12 * i;
        const quint16 id = font.u16(record + 6);
        const qint64 at = texts + font.u16(record + 10);
        if ((id == 1 || id == 3 || id == 4 || id == 6 || id == 16) && font.text(at, from.size()) == from)
            font.put(at, to);
    }
}

QString addTabularInter()
{
    const QStringList folders =
        QStandardPaths::standardLocations(QStandardPaths::FontsLocation) +
        QStringList{QStringLiteral("/usr/share/fonts/opentype"), QStringLiteral("/usr/local/share/fonts")};
    for (const QString& folder : folders) {
        int loaded = 0;
        for (const char* style : {"Regular", "Medium", "SemiBold"}) {
            QFile file(folder + QStringLiteral("/inter/Inter-%1.otf").arg(QLatin1String(style)));
            if (!file.open(QIODevice::ReadOnly))
                break;
            const QByteArray font = withTabularFigures(file.readAll(), "Inter", "Intab");
            loaded += !font.isEmpty() && QFontDatabase::addApplicationFontFromData(font) >= 0;
        }
        if (loaded == 3)
            return QStringLiteral("Intab");
    }
    return {};
}

}

QByteArray withTabularFigures(const QByteArray& font, const QByteArray& family, const QByteArray& newFamily)
{
    Bytes bytes(font);
    if (family.size() != newFamily.size() || !alwaysTabular(bytes))
        return {};
    rename(bytes, family, newFamily);
    return bytes.sound() ? bytes.data() : QByteArray();
}

QString textFamily()
{
    static const QString family = [] {
        if (const QString tabular = addTabularInter(); !tabular.isEmpty())
            return tabular;
        const QString inter = QStringLiteral("Inter");
        return QFontDatabase::hasFamily(inter) ? inter : QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
    }();
    return family;
}

}
