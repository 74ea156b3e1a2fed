// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/teach_panel.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

#include <array>
#include <cmath>

namespace ui::forms {

using style::Label;
using style::theme;
using style::Tone;

CurveShape shapeOf(const std::string& sentence)
{
    struct Word {
        const char* part;
        CurveShape shape;
    };
    // The first that is found decides; stronger pictures stand first.
    static constexpr Word words[] = {
        {"diverge", CurveShape::Swinging},
        {"swing", CurveShape::Swinging},
        {"oscillat", CurveShape::Swinging},
        {"jumps", CurveShape::Swinging},
        {"explode", CurveShape::Swinging},
        {"grows", CurveShape::Swinging},
        {"overfit", CurveShape::Turning},
        {"by heart", CurveShape::Turning},
        {"validation loss rises", CurveShape::Turning},
        {"noisy", CurveShape::Noisy},
        {"noise", CurveShape::Noisy},
        {"shake", CurveShape::Noisy},
        {"bad luck", CurveShape::Noisy},
        {"stays high", CurveShape::Flat},
        {"stay high", CurveShape::Flat},
        {"cannot bend", CurveShape::Flat},
        {"too little", CurveShape::Flat},
        {"slow", CurveShape::Slow},
        {"still falling", CurveShape::Slow},
        {"creep", CurveShape::Slow},
        {"crawl", CurveShape::Slow},
        {"hardly", CurveShape::Slow},
        {"takes long", CurveShape::Slow},
    };
    for (const Word& word : words)
        if (sentence.find(word.part) != sentence.npos)
            return word.shape;
    return CurveShape::None;
}

namespace {

// Height of the loss, 0 … 1, at t in 0 … 1.
double heightAt(CurveShape shape, double t)
{
    switch (shape) {
    case CurveShape::Slow:
        return 0.9 - 0.2 * t;
    case CurveShape::Swinging:
        return 0.55 + (0.18 + 0.16 * t) * std::sin(t * 29);
    case CurveShape::Noisy:
        return 0.12 + 0.75 * std::exp(-4 * t) + 0.09 * (std::sin(t * 61) + std::sin(t * 97 + 1));
    case CurveShape::Turning:
        return 0.25 + 0.7 * std::exp(-7 * t) + 0.45 * t * t;
    case CurveShape::Flat:
        return 0.72 + 0.2 * std::exp(-9 * t);
    default:
        return 0.08 + 0.87 * std::exp(-4.5 * t);
    }
}

void paintCurve(QPainter& painter, const QRectF& area, CurveShape shape, const QColor& color)
{
    painter.setPen(QPen(theme().axis, 1));
    painter.drawPolyline(QPolygonF{area.topLeft(), area.bottomLeft(), area.bottomRight()});
    QPainterPath path;
    constexpr int points = 80;
    for (int i = 0; i <= points; ++i) {
        const double t = double(i) / points;
        const QPointF at(area.left() + t * area.width(),
                         area.bottom() - std::clamp(heightAt(shape, t), 0., 1.) * area.height());
        i == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    painter.setPen(QPen(color, 1.5));
    painter.drawPath(path);
}

}

TinyCurves::TinyCurves(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(64);
}

void TinyCurves::setShapes(CurveShape low, CurveShape high)
{
    m_low = low;
    m_high = high;
    setVisible(low != CurveShape::None || high != CurveShape::None);
    update();
}

void TinyCurves::paintEvent(QPaintEvent*)
{
    struct Picture {
        CurveShape shape;
        QString name;
        QColor color;
    };
    std::vector<Picture> pictures;
    // Too slow is only dull; what swings or turns up does harm.
    const auto tint = [](CurveShape shape) {
        return shape == CurveShape::Slow || shape == CurveShape::Flat ? theme().muted : theme().problem;
    };
    if (m_low != CurveShape::None)
        pictures.push_back({m_low, tr("too low"), tint(m_low)});
    pictures.push_back({CurveShape::Good, tr("right"), theme().accent});
    if (m_high != CurveShape::None)
        pictures.push_back({m_high, tr("too high"), tint(m_high)});
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme().body());
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const QRectF area(72. * double(i) + 0.5, 4.5, 56, 36);
        paintCurve(painter, area, pictures[i].shape, pictures[i].color);
        painter.setPen(theme().muted);
        painter.drawText(QRectF(area.left() - 8, area.bottom() + 2, 72, 20), Qt::AlignCenter, pictures[i].name);
    }
}

TeachPanel::TeachPanel(QWidget* parent)
    : QWidget(parent),
      m_name(new Label({}, Tone::Accent, this)),
      m_text(new Label({}, Tone::Body, this)),
      m_formula(new Label({}, Tone::Muted, this)),
      m_curves(new TinyCurves(this)),
      m_low(new Label({}, Tone::Muted, this)),
      m_high(new Label({}, Tone::Muted, this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 12, 0, 8);
    column->setSpacing(4);
    for (Label* label : {m_name, m_text, m_formula})
        column->addWidget(label);
    column->addWidget(m_curves);
    for (Label* label : {m_low, m_high})
        column->addWidget(label);
    for (Label* label : {m_text, m_formula, m_low, m_high})
        label->setWordWrap(true);
    clear();
}

void TeachPanel::teach(const core::base::Field& field)
{
    const auto show = [](Label* label, const QString& text) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    };
    const core::base::Help& help = field.help;
    show(m_name, QString::fromStdString(field.key));
    show(m_text, QString::fromStdString(help.text));
    show(m_formula, QString::fromStdString(help.formula));
    m_curves->setShapes(shapeOf(help.tooLow), shapeOf(help.tooHigh));
    show(m_low, help.tooLow.empty() ? QString() : tr("Too low: %1").arg(QString::fromStdString(help.tooLow)));
    show(m_high, help.tooHigh.empty() ? QString() : tr("Too high: %1").arg(QString::fromStdString(help.tooHigh)));
    setVisible(!help.text.empty());
}

void TeachPanel::clear()
{
    hide();
}

void TeachPanel::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(0, 0, width(), 1, theme().line);
}

}
