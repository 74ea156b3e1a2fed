// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace ui::forms {

/// An ordered list as chips that are added, removed and dragged into order. Left and right choose one, with Alt they
/// move it, Delete removes it, Insert or the + at the end adds one.
class ChipStrip final : public QWidget {
    Q_OBJECT

public:
    struct Chip {
        QString title;
        bool problem = false;

        bool operator==(const Chip&) const = default;
    };
    struct Kind {
        QString name, title, help;
    };

    explicit ChipStrip(QWidget* parent = nullptr);

    void setKinds(std::vector<Kind> kinds) { m_kinds = std::move(kinds); }
    void setChips(std::vector<Chip> chips);
    /// -1: none.
    int current() const { return m_current; }
    void setCurrent(int index);
    /// Where chip `index` stands; the place after the last is the + sign.
    QRect chipRect(int index) const;
    void openKinds();

    QSize sizeHint() const override;

Q_SIGNALS:
    void added(const QString& kind);
    void removed(int index);
    void moved(int from, int to);
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::vector<QRect> layout(int width) const;
    void takeHeight();
    int indexAt(QPoint position) const;
    int dropPlace(QPoint position) const;
    QRect crossRect(int index) const;
    void paintChip(QPainter& painter, int index, const QRect& rect) const;

    std::vector<Kind> m_kinds;
    std::vector<Chip> m_chips;
    int m_current = -1, m_hover = -1, m_pressed = -1, m_drop = -1;
    QPoint m_pressedAt, m_dragAt;
    bool m_dragging = false;
};

}
