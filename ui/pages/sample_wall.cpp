// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sample_wall.h"

#include "ui/bridge/data_desk.h"
#include "ui/pages/look_view.h"
#include "ui/plots/image_wall.h"
#include "ui/style/label.h"

#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::session::DataView;
using core::session::Look;

namespace {

constexpr std::size_t shownPictures = 160;
constexpr int tile = 76;

// A picture with its boxes and its mask, of the size of a tile.
QImage pictureOf(const Look& look)
{
    if (look.boxes.empty() && look.mask.empty())
        return imageOf(look);
    QImage image(2 * tile, 2 * tile, QImage::Format_RGB32);
    image.fill(Qt::black);
    QPainter painter(&image);
    paintLook(painter, QRectF(image.rect()), look);
    return image;
}

}

SampleWall::SampleWall(bridge::DataDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_wall(new plots::ImageWall(this)),
      m_hint(new style::Label({}, style::Tone::Muted, this))
{
    m_wall->setTile(tile);
    m_wall->installEventFilter(this);
    m_hint->setElided(Qt::ElideRight);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_wall, 1);
    column->addWidget(m_hint);
    connect(m_wall, &plots::ImageWall::currentChanged, this, [this](int index) {
        Q_EMIT currentChanged(index >= 0 && index < int(m_rows.size()) ? m_rows[std::size_t(index)] : -1);
    });
}

void SampleWall::setView(std::shared_ptr<const DataView> view)
{
    m_view = std::move(view);
    fill();
}

void SampleWall::show(const std::vector<std::int64_t>& rows)
{
    m_first = rows;
    fill();
}

void SampleWall::fill()
{
    const int current = m_wall->current();
    const std::int64_t looked = !m_first.empty() && (m_rows.empty() || m_rows.front() != m_first.front())
                                    ? m_first.front()
                                : current >= 0 && current < int(m_rows.size()) ? m_rows[std::size_t(current)]
                                                                               : -1;
    m_reading.ask(
        [view = m_view, first = m_first] {
            std::vector<Picture> pictures;
            if (!view)
                return pictures;
            std::vector<std::int64_t> rows;
            for (const std::int64_t row : first)
                if (row < view->rows())
                    rows.push_back(row);
            for (const std::int64_t row : view->spread(shownPictures))
                if (std::find(first.begin(), first.end(), row) == first.end())
                    rows.push_back(row);
            for (const std::int64_t row : rows) {
                auto look = view->look(row);
                pictures.push_back({row, look ? std::optional(std::move(*look)) : std::nullopt});
            }
            return pictures;
        },
        [this, looked](std::vector<Picture> pictures) { take(std::move(pictures), looked); });
}

void SampleWall::take(std::vector<Picture> pictures, std::int64_t looked)
{
    m_rows.clear();
    std::vector<plots::WallImage> images;
    for (const Picture& picture : pictures) {
        m_rows.push_back(picture.row);
        if (picture.look)
            images.push_back({pictureOf(*picture.look), QString::fromStdString(picture.look->label)});
        else
            images.push_back({QImage(), QStringLiteral("▲"), {}, true});
    }
    m_wall->setImages(std::move(images));
    if (const auto at = std::find(m_rows.begin(), m_rows.end(), looked); at != m_rows.end())
        m_wall->setCurrent(int(at - m_rows.begin()));
    QStringList keys;
    const bool labels = m_view && m_view->info().classifies();
    for (std::size_t c = 0; labels && c < std::min<std::size_t>(m_view->info().classes.size(), 10); ++c)
        keys << QStringLiteral("%1 %2").arg((c + 1) % 10).arg(QString::fromStdString(m_view->info().classes[c]));
    m_hint->setText((labels ? tr("Choose a picture; keys give it another label: ") + keys.join(QStringLiteral(" · ")) +
                                  QStringLiteral(" · ")
                            : QString()) +
                    tr("Delete leaves it out"));
}

bool SampleWall::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_wall || event->type() != QEvent::KeyPress || !m_view)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key(), current = m_wall->current();
    if (current < 0 || current >= int(m_rows.size()))
        return false;
    const std::int64_t row = m_rows[std::size_t(current)];
    if (key == Qt::Key_Delete) {
        m_desk.dropRows({row});
        return true;
    }
    if (key < Qt::Key_0 || key > Qt::Key_9 || !m_view->info().classifies())
        return false;
    const std::size_t label = std::size_t(key == Qt::Key_0 ? 9 : key - Qt::Key_1);
    if (label >= m_view->info().classes.size())
        return false;
    m_desk.setCells({row}, QString::fromStdString(m_view->info().target),
                    QString::fromStdString(m_view->info().classes[label]));
    return true;
}

}
